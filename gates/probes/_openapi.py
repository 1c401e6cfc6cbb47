"""Reads the target's OpenAPI document: bundled and checked before a probe is started."""

from pathlib import Path
from typing import Any

import msgspec

from gates.probes._common import ProbeError


def document(path: str) -> dict[str, Any]:
    """Return the document in a file; {} where `path` is "": the target has none.

    Raises ProbeError if it cannot be read or is not a JSON object.
    """
    if not path:
        return {}
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise ProbeError(f"OpenAPI document {path}: {error}") from None
