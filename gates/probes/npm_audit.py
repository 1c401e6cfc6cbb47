"""Run `npm audit` on copies of npm lock files: it asks npm's registry, and installs nothing.

Input: tree, files, today. Prints one `gates.core.npm_audit.NpmAnswer`.
"""

import os
import posixpath
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gates.core.model import Reason
from gates.core.npm_audit import NpmAnswer, NpmAudited
from gates.probes import _common, _listed

MANIFEST = "package.json"
TAIL = 2_000  # bytes of stderr
COMMAND = ("audit", "--json", "--package-lock-only", "--ignore-scripts")


def measure(given: Mapping[str, Any]) -> NpmAnswer:
    """Audit every file. Raises ProbeError where there is no npm or a file is unreadable."""
    npm = shutil.which("npm")
    if npm is None:
        detail = "npm is not on PATH: install Node.js, or use the tool npm_lock, which needs none"
        raise _common.ProbeError(detail, Reason.TOOL_MISSING)
    tree = Path(given["tree"])
    listed = _listed.read(tree, given["files"])
    audits = tuple(_audited(npm, tree, item, f"lock-{n}") for n, item in enumerate(listed))
    version = _run(npm, ("--version",), Path()).stdout.decode("utf-8", "replace").strip()
    return NpmAnswer(audits=audits, version=version, today=given["today"])


def _audited(npm: str, tree: Path, item: _listed.Listed, place: str) -> NpmAudited:
    folder = Path(place)
    folder.mkdir()
    (folder / posixpath.basename(item.file)).write_bytes(_listed.text(tree, item.file))
    manifest = posixpath.join(posixpath.dirname(item.file), MANIFEST)
    if (tree / manifest).is_file():
        (folder / MANIFEST).write_bytes(_listed.text(tree, manifest))
    done = _run(npm, COMMAND, folder)
    return NpmAudited(
        file=item.file,
        exit_code=done.returncode,
        stdout=done.stdout.decode("utf-8", "replace"),
        stderr_tail=done.stderr[-TAIL:].decode("utf-8", "replace"),
        unaudited=item.gaps,
    )


def _run(
    npm: str, arguments: tuple[str, ...], folder: Path
) -> "subprocess.CompletedProcess[bytes]":
    ours = {"npm_config_cache": str(Path("cache").resolve()), "npm_config_update_notifier": "false"}
    try:
        return subprocess.run(
            (npm, *arguments),
            cwd=folder,
            env={
                **os.environ,
                **ours,
                "npm_config_fetch_retries": "0",
                "npm_config_audit_level": "info",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        detail = f"{npm}: {error.strerror or error}"
        raise _common.ProbeError(detail, Reason.TOOL_MISSING) from None


if __name__ == "__main__":
    _common.run_as(measure, _common.emit_json)
