"""Commands of a build, run into one log, and the finding of the one that fails."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gates.core.model import Finding, Severity

TAIL_LINES = 30
TAIL_CHARACTERS = 4000


class Step(msgspec.Struct, frozen=True):
    """One command that was run: its words and exit code."""

    argv: tuple[str, ...]
    code: int


def run(argv: tuple[str, ...], cwd: Path, log: Path, env: Mapping[str, str]) -> Step:
    """Run one command with its output in the log; a program that is not there is exit code 127."""
    with log.open("ab") as file:
        file.write(f"$ {' '.join(argv)}\n".encode())
        file.flush()
        try:
            done = subprocess.run(
                argv,
                cwd=cwd,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                check=False,
            )
        except OSError as error:
            file.write(f"{argv[0]}: {error.strerror}\n".encode())
            return Step(argv, 127)
    return Step(argv, done.returncode)


def tail(text: str, lines: int) -> str:
    """The last lines that are not blank."""
    kept = [line for line in text.splitlines() if line.strip()]
    return "\n".join(kept[-lines:])[-TAIL_CHARACTERS:]


def finding(tool: str, last: Step, log: str, places: tuple[str, ...]) -> Finding:
    """The failure with the end of its log; folders of this run are left out of the text."""
    command = " ".join(last.argv)
    said = log.rpartition(f"$ {command}\n")[2]
    text = f"{command} ended with {last.code}:\n{tail(said, TAIL_LINES)}"
    for place in places:
        text = text.replace(f"{place}/", "").replace(place, ".")
    return Finding(tool=tool, rule="build-failed", severity=Severity.HIGH, message=text)
