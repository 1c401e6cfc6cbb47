"""How large a result may be, checked before anything of it is read."""

from gates.core.model import Reason
from gates.core.tool import ParseError

BYTES = 64 * 2**20


def expect(data: bytes | None, *, what: str) -> bytes:
    """Return a result that is there, holds something and is not too large. Raises ParseError."""
    if data is None:
        raise ParseError(Reason.NO_RESULT, f"{what}: no result was written")
    if not data or data.isspace():
        raise ParseError(Reason.EMPTY_RESULT, f"{what}: the result is empty")
    if len(data) > BYTES:
        detail = f"{what}: {len(data)} bytes, at most {BYTES} are read"
        raise ParseError(Reason.OUTPUT_TOO_LARGE, detail)
    return data
