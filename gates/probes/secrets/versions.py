"""Reads the part of the history that was exported for the scanners."""

from pathlib import Path

import msgspec

from gates.core.history import BLOBS, MANIFEST, History
from gates.core.model import Reason
from gates.probes import _common


class Versions(msgspec.Struct, frozen=True):
    """The folder with the contents, and what it holds."""

    folder: str = ""
    history: History = History()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken."""
        return (self.history.told,) if self.history.told else ()

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Why it is less than was asked for."""
        return (self.history.missing,) if self.history.missing else ()


def read(folder: str) -> Versions:
    """The exported history, empty where `folder` is "". Raises ProbeError."""
    if not folder:
        return Versions()
    file = Path(folder, MANIFEST)
    try:
        history = msgspec.json.decode(file.read_bytes(), type=History)
    except (OSError, msgspec.DecodeError) as error:
        raise _common.ProbeError(f"{MANIFEST}: {error}", Reason.INCOMPLETE) from error
    return Versions(str(Path(folder, BLOBS)), history)
