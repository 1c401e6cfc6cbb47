"""The files of a step of a GitHub workflow, and the stream that its runner reads commands from."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGEST_SUMMARY = 1_000_000  # bytes; one of more than 1 MiB is dropped whole


def append(variable: str, text: bytes) -> bool:
    """Append to the file that a variable names, on a line of its own; False where none is named."""
    named = os.environ.get(variable)
    if not named:
        return False
    file = Path(named)
    before = file.read_bytes()[-1:] if file.exists() else b""
    with file.open("ab") as opened:
        opened.write((b"\n" if before not in (b"", b"\n") else b"") + text)
    return True


def append_summary(text: bytes, instead: bytes) -> bool:
    """Append to the summary of the step; a short text where there is no room for all of it."""
    named = os.environ.get("GITHUB_STEP_SUMMARY", "")
    used = Path(named).stat().st_size if named and Path(named).exists() else 0
    fits = used + len(text) <= LARGEST_SUMMARY
    return append("GITHUB_STEP_SUMMARY", text if fits else instead)


@contextmanager
def muted(token: str) -> Iterator[None]:
    """Print without a single workflow command: the runner obeys none until it reads the token.

    Both streams become one first: it reads them side by side, and in no order.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(sys.stdout.fileno(), sys.stderr.fileno())
    tell(f"::stop-commands::{token}")
    try:
        yield
    finally:
        sys.stderr.flush()
        tell(f"\n::{token}::")  # what was printed last may lack its end of line


def tell(text: str) -> None:
    """Print a line now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
