"""Starts a probe as a gate does: a process of its own, with its input in the output folder."""

import os
import subprocess
from pathlib import Path

import gates
from gates.core.tool import Invocation, ToolOutput


def started(invocation: Invocation, output: Path) -> ToolOutput:
    """What the probe left; `output` is where it works."""
    for name, content in invocation.inputs.items():
        (output / name).write_text(content)
    env = os.environ | {"PYTHONPATH": str(Path(gates.__file__).parents[1])}
    ended = subprocess.run(
        invocation.argv, cwd=invocation.cwd, capture_output=True, check=False, env=env
    )
    return ToolOutput(exit_code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)
