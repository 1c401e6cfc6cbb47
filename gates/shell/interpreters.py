"""Finds the Python interpreter that a target asks for, by starting every candidate.

Version managers put stand-ins on PATH that fail when started (measured: pyenv's make uv give up),
so a name proves nothing: the candidate has to answer.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

_QUESTION = "import sys, platform; print(platform.python_version()); print(sys.version)"
_DEADLINE_S = 15.0
# Where version managers and CI images keep real interpreters, below "~" or "/".
_STORES = (
    ".pyenv/versions/{version}*/bin/python",
    ".local/share/uv/python/cpython-{version}*/bin/python",
    ".asdf/installs/python/{version}*/bin/python",
    ".local/share/mise/installs/python/{version}*/bin/python",
)
_SYSTEM_STORES = (
    "opt/hostedtoolcache/Python/{version}*/*/bin/python",
    "opt/homebrew/bin/python{version}",
    "usr/local/bin/python{version}",
    "usr/bin/python{version}",
)


class InterpreterMissing(Exception):
    """No interpreter fits; the text names what was asked for and what was tried."""


class Interpreter(msgspec.Struct, frozen=True, kw_only=True):
    """A Python that answered: its path, its version (3.12.1) and its whole version line."""

    path: Path
    version: str
    build: str


def find(wanted: str, *, default: Path, root: Path, environ: Mapping[str, str]) -> Interpreter:
    """Return the interpreter for `code.python`: a version ("3.12"), a path, or "" for `default`.

    A path is relative to `root`. Raises InterpreterMissing.
    """
    if not wanted:
        return _named(default, "the interpreter of gatescore")
    if "/" in wanted or os.sep in wanted:
        return _named(root / Path(wanted).expanduser(), f'code.python = "{wanted}"')
    version = wanted.removeprefix("python").strip()
    if not re.fullmatch(r"\d+(\.\d+){0,2}", version):
        raise InterpreterMissing(
            f'code.python = "{wanted}": neither a version such as "3.12" nor a path'
        )
    return _of_version(version, default, environ)


def _named(path: Path, name: str) -> Interpreter:
    found = _asked(path)
    if found is None:
        raise InterpreterMissing(f"{name}: {path} is not a Python that starts")
    return found


def _of_version(version: str, default: Path, environ: Mapping[str, str]) -> Interpreter:
    tried: dict[Path, None] = {}
    for candidate in _candidates(version, default, environ):
        if candidate in tried:
            continue
        tried[candidate] = None
        found = _asked(candidate)
        if found is not None and f"{found.version}.".startswith(f"{version}."):
            return found
    places = ", ".join(map(str, tried))
    raise InterpreterMissing(
        f'code.python = "{version}": no such Python answers (tried {places}); install it, or name '
        "its path"
    )


def _candidates(version: str, default: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    yield default
    short = ".".join(version.split(".")[:2])
    for folder in environ.get("PATH", "").split(os.pathsep):
        candidate = Path(folder) / f"python{short}"
        if folder and candidate.exists():
            yield candidate
    home = environ.get("HOME", "")
    for pattern in _STORES if home else ():
        yield from sorted(Path(home).glob(pattern.format(version=version)), reverse=True)
    for pattern in _SYSTEM_STORES:
        yield from sorted(Path("/").glob(pattern.format(version=version)), reverse=True)


def _asked(candidate: Path) -> Interpreter | None:
    try:
        ended = subprocess.run(
            (str(candidate), "-I", "-c", _QUESTION),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DEADLINE_S,
            check=False,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version, _, build = ended.stdout.strip().partition("\n")
    if ended.returncode != 0 or not version:
        return None
    return Interpreter(path=candidate, version=version, build=" ".join(build.split()))
