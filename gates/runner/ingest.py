"""What comes in from a program: read with a cap, digested and redacted on disk."""

import codecs
import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from gates.core.model import Reason
from gates.core.redact import Redactor
from gates.core.tool import Invocation, ParseError, ToolOutput
from gates.shell.process import Finished
from gates.shell.store import StorageError, write_atomic

LARGEST = 64 * 2**20  # bytes of one result file
WINDOW = 2**21  # bytes that are searched for secrets at a time, and
AROUND = 2**16  # characters around them: longer than what a secret is known by
TAIL_LINES = 12
LOG_BYTES = 2**20  # of a service's log that are kept
CUT = re.compile(rb"\[gatescore: \d+ bytes left out here\]\n")


def read_output(invocation: Invocation, finished: Finished, folder: Path) -> ToolOutput:
    """The bytes a program left. Raises ParseError for a file over the cap."""
    return ToolOutput(
        exit_code=finished.exit_code if finished.exit_code is not None else -1,
        stdout=read(finished.stdout) or b"",
        stderr=read(finished.stderr) or b"",
        files={
            name: data
            for name, relative in invocation.files.items()
            if (data := read(folder / relative)) is not None
        },
    )


def read(path: Path) -> bytes | None:
    """A file's bytes, None if it was not written. Raises ParseError(output-too-large)."""
    if not path.is_file():  # to open a pipe would wait for a writer
        return None
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST:
                text = f"{path.name} has {size} bytes; at most {LARGEST} are read"
                raise ParseError(Reason.OUTPUT_TOO_LARGE, text)
            return file.read()
    except FileNotFoundError:
        return None


def digests(output: ToolOutput) -> dict[str, str]:
    """Digest of every stream and file that is not empty, by name."""
    streams: Mapping[str, bytes] = {
        "stdout": output.stdout,
        "stderr": output.stderr,
        **output.files,
    }
    return {
        name: f"sha256:{hashlib.sha256(data).hexdigest()}"
        for name, data in sorted(streams.items())
        if data
    }


def tail(data: bytes, redactor: Redactor) -> str:
    """The last lines of a stream, redacted."""
    lines = data[-8192:].decode("utf-8", "backslashreplace").splitlines()
    return redactor.text("\n".join(lines[-TAIL_LINES:]))


def redact_folder(folder: Path, redactor: Redactor) -> None:
    """Rewrite every file below the folder that holds a secret.

    A file too large to be searched is not kept: nobody knows what is in it.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > LARGEST:
            path.unlink()
            continue
        if path.stat().st_size > WINDOW:
            redact_large(path, redactor)
            continue
        data = path.read_bytes()
        clean = redactor.data(data)
        if clean != data:
            path.write_bytes(clean)


def keep_folder(folder: Path, kept: Path, redactor: Redactor) -> None:
    """Bring what a program left to `kept`, without secrets, and without what is no file or folder.

    Raises OSError: it could not all be kept.
    """
    redact_folder(folder, redactor)
    for path in folder.rglob("*"):
        if not (path.is_symlink() or path.is_file() or path.is_dir()):
            path.unlink()  # a pipe or a socket
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.move(folder, kept)
    except shutil.Error as error:  # of a copy to another disk: a list of what was not kept, and why
        why = error.args[0][0][2] if isinstance(error.args[0], list) else error
        raise OSError(errno.EIO, str(why), str(kept)) from error


def redact_large(path: Path, redactor: Redactor) -> None:
    """Replace a file that holds a secret by a clean copy; one without is only read."""
    with path.open("rb") as source, open(os.devnull, "wb") as nowhere:
        if not redact_stream(source, nowhere, redactor):
            return
    copy = path.with_name(".gatescore-redacting")
    with path.open("rb") as source, copy.open("wb") as clean:
        redact_stream(source, clean, redactor)
    copy.replace(path)


def redact_stream(source: BinaryIO, clean: BinaryIO, redactor: Redactor) -> bool:
    """Copy a file without its secrets; whether there were any.

    It is read in windows, so that a large one is never held as a whole: each is searched with some
    text before and behind it, and a secret that goes on behind is left to the next.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text, position, changed, data = "", 0, False, b"more"
    while data:
        data = source.read(WINDOW)
        kept = max(0, position - AROUND)
        text, position = text[kept:] + decoder.decode(data, final=not data), position - kept
        end = max(position, len(text) - AROUND) if data else len(text)
        part, reached = redactor.head(text, position, end)
        changed = changed or part != text[position:reached]
        clean.write(part.encode("utf-8", "surrogateescape"))
        position = reached
    return changed


def keep_log(log: Path, kept: Path, redactor: Redactor) -> None:
    """Store the end of a service's log without secrets, at most LOG_BYTES.

    What cannot be stored is left out: the run's own files tell of a disk that is full.
    """
    with contextlib.suppress(OSError, StorageError):
        clean = redactor.data(_last_whole_lines(log, 2 * LOG_BYTES))
        if len(clean) > LOG_BYTES:
            clean = clean[-LOG_BYTES:].partition(b"\n")[2]
        if clean:
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(kept, clean)


def _last_whole_lines(log: Path, most: int) -> bytes:
    """The end of a file. A line that was cut is left out: half a secret would not be known."""
    with log.open("rb") as file:
        skipped = max(0, os.fstat(file.fileno()).st_size - most)
        file.seek(skipped)
        data = file.read(most)
    if CUT.search(data):
        skipped, data = 1, CUT.split(data)[-1]
    return data.partition(b"\n")[2] if skipped else data


def redacted_argv(argv: Iterable[str], redactor: Redactor, places: Mapping[str, str]) -> list[str]:
    """Arguments without secrets and with names for the folders of this machine."""
    return [shortened(redactor.text(word), places) for word in argv]


def shortened(text: str, places: Mapping[str, str]) -> str:
    """The text with each folder of this machine replaced by its name, longest first."""
    for folder in sorted(places, key=len, reverse=True):
        if folder:
            text = text.replace(folder, places[folder])
    return text
