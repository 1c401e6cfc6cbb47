"""Texts of a report that we did not write: bounded, and with nothing in them that hides."""

import hashlib
import re

MOST_BYTES = 4096
# Control characters, marks that turn the reading direction, and halves of a character.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with every character that cannot be seen spelled out, as `\\x1b` or `\\u202e`."""
    return _HIDDEN.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def bounded(text: str, most: int = MOST_BYTES) -> str:
    """The text, or its first `most` bytes in UTF-8 with its length and the digest of the whole."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= most:
        return text
    head = data[:most].decode("utf-8", "ignore")
    return f"{head}… [cut: {len(data)} bytes, sha256:{hashlib.sha256(data).hexdigest()}]"
