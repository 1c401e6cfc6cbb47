"""Verifies the sign-offs of a folder against what the input says: who may sign what, and when.

A run verifies its own when it is judged, in the same way; this is for single folders and controls.
"""

from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.signing import Asked
from gates.probes import _common
from gates.probes._common import ProbeError
from gates.shell import signoffs


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the folder of the target, and what has to be signed."""

    tree: str
    asked: Asked


def measure(given: dict[str, Any]) -> ToolReport:
    """Return the report of the sign-off probe. Raises ProbeError."""
    try:
        wanted = msgspec.convert(given, Given)
    except msgspec.ValidationError as error:
        raise ProbeError(f"input: {error}", Reason.ADAPTER_BUG) from error
    return signoffs.verified(Path(wanted.tree), wanted.asked)


if __name__ == "__main__":
    _common.run(measure)
