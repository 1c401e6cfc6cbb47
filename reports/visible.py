"""Makes foreign text harmless to look at: every character that acts or hides becomes its number."""

import re

# Controls but newline and tab, and everything that str.isprintable() refuses in a settled version
# of Unicode: formatting (bidi, zero width), surrogates, private use, separators but the plain
# space. Spelt out, so that the same text gives the same bytes under every version of Python;
# joined by letters that are drawn as nothing (fillers, selectors of tags, noncharacters).
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800"
    "\u3000\u3164\ud800-\uf8ff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U0010ffff"
)
_IN_BLOCK = re.compile(f"[{_HIDDEN}]")
_IN_LINE = re.compile(f"[\n\t{_HIDDEN}]")
_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?"
    r"(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]*)?"
)
_LONGEST_ADDRESS = 2048
LONGEST = 4096


def block(text: str, limit: int = LONGEST) -> str:
    r"""Return `text` with its lines kept and all that acts or hides as \xNN, \uNNNN, \UNNNNNNNN.

    More than `limit` characters are cut, and the end says how many are missing.
    """
    return _cut(_IN_BLOCK, text, limit)


def line(text: str, limit: int = LONGEST) -> str:
    r"""Return `text` on one line: as `block`, with line breaks and tabs as \x0a and \x09."""
    return _cut(_IN_LINE, text, limit)


def safe_url(text: str) -> str:
    """Return `text` if it is a plain http or https address, else nothing.

    Only the letters of RFC 3986 but the apostrophe, a host without user information, and at most
    2,048 characters are let through: nobody sees another address than the one that is opened.
    """
    if len(text) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        return ""
    return text


def _cut(hidden: re.Pattern[str], text: str, limit: int) -> str:
    if len(text) <= limit and text.isascii() and text.isprintable():  # nearly all: quick to see
        return text
    shown = hidden.sub(_number, text[:limit])
    missing = len(text) - limit
    if missing > 0:
        return f"{shown[:limit]} … [cut: {missing:,} more characters]"
    return shown if len(shown) <= limit * 2 else f"{shown[: limit * 2]} … [cut]"


def _number(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
