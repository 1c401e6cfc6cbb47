"""Keeps compiled templates beside them, as Python keeps compiled modules: it takes long to make."""

import hashlib
import os
import sys
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache

_CODE = Path(__file__).parent


def kept(folder: Path = _CODE / "templates" / "__pycache__") -> FileSystemBytecodeCache | None:
    """Where compiled templates are kept; None where nothing is to be written.

    Their names have a digest of our code: it decides how they are compiled. Jinja compares that of
    the template itself.
    """
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    return FileSystemBytecodeCache(str(folder), f"%s-{_digest()}.bin")


def _digest() -> str:
    """Digest of everything but the templates that decides what is compiled."""
    digest = hashlib.sha256(jinja2.__version__.encode())
    for file in sorted(_CODE.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
