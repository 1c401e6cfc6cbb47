"""Finds the Node that runs a target's JavaScript, and the npm that came with it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

_DEADLINE_S = 15.0
_VERSION = re.compile(r"v(\d+\.\d+\.\d+\S*)")
_FALLBACK = "/usr/local/bin:/usr/bin:/bin"


class NodeMissing(Exception):
    """There is no Node that answers; the text says where it was looked for."""


class NodePrograms(msgspec.Struct, frozen=True, kw_only=True):
    """A Node that answered. `path` is the search path on which its npm and npx are found."""

    node: Path
    version: str
    path: str

    def program(self, name: str) -> str:
        """Where a program such as npm is. Raises NodeMissing."""
        found = shutil.which(name, path=self.path)
        if found is None:
            raise NodeMissing(f"{name}: not found beside {self.node} nor on PATH; install it")
        return found


def find(environ: Mapping[str, str]) -> NodePrograms:
    """The first Node on the caller's PATH. Raises NodeMissing."""
    searched = environ.get("PATH") or _FALLBACK
    found = shutil.which("node", path=searched) or shutil.which("node", path=_FALLBACK)
    if found is None:
        raise NodeMissing("node: not found on PATH; install Node.js 20 or newer, with npm")
    node = Path(found).absolute()
    path = os.pathsep.join((str(node.parent), searched, _FALLBACK))
    return NodePrograms(node=node, version=_version(node), path=path)


def _version(node: Path) -> str:
    try:
        said = subprocess.run(
            (str(node), "--version"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DEADLINE_S,
            check=False,
            text=True,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NodeMissing(f"node: {node} does not start: {error}") from error
    match = _VERSION.fullmatch(said)
    if match is None:
        raise NodeMissing(f"node: {node} is no Node: it says {said[:100]!r} for its version")
    return match[1]
