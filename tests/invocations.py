"""Programs of adapters run for real: what the runner does, without its supervision."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from gates.core.tool import Invocation, ToolOutput

REPOSITORY = Path(__file__).parents[1]
OURS = {"PYTHONPATH": str(REPOSITORY)}
BARE = {**OURS, "PATH": "/usr/bin:/bin"}


def surrounded(**more: str) -> dict[str, str]:
    """The environment of this process, with our packages to be found in it."""
    return {**os.environ, **OURS, **more}


def write_tree(root: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Make files below a folder; their names, sorted."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tuple(sorted(files))


def left_by(
    invocation: Invocation, output: Path, env: Mapping[str, str], timeout_s: float = 120
) -> ToolOutput:
    """What one invocation leaves; `output` is the folder of its inputs and files."""
    write_tree(output, invocation.inputs)
    done = subprocess.run(
        invocation.argv,
        cwd=invocation.cwd,
        env={**env, **invocation.env},
        capture_output=True,
        check=False,
        timeout=timeout_s,
    )
    left = {name: output / file for name, file in invocation.files.items()}
    return ToolOutput(
        exit_code=done.returncode,
        stdout=done.stdout,
        stderr=done.stderr,
        files={name: file.read_bytes() for name, file in left.items() if file.is_file()},
    )
