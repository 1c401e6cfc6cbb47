"""W3C trace context: which trace a request belongs to, so that its log lines can say so."""

import re
import secrets

HEADER = "traceparent"
# https://www.w3.org/TR/trace-context/: version, trace id, parent id, flags.
TRACEPARENT = re.compile(
    "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


def trace_id(traceparent: str) -> str:
    """The trace id of the header; a new one if the header is missing or not valid."""
    found = TRACEPARENT.fullmatch(traceparent)
    return found[1] if found else secrets.token_hex(16)
