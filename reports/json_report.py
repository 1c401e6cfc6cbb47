"""Renders a scorecard as JSON for other programs: the same scorecard gives the same bytes."""

import re
from typing import Any

import msgspec

from gates.core.model import Scorecard

# What a terminal or an editor would act on, in UTF-8: DEL, C1, soft hyphen, Arabic letter mark,
# zero width, line and bidi controls, byte order mark. JSON may write them as escapes.
_ACTING = re.compile(
    rb"\x7f|\xc2[\x80-\x9f\xad]|\xd8\x9c|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]"
    rb"|\xef\xbb\xbf"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(scorecard: Scorecard) -> bytes:
    r"""Return the scorecard as indented UTF-8 JSON with sorted keys and a final line break.

    A number that JSON does not know (NaN, infinity) is null. Control characters are escapes. A
    lone surrogate, which no UTF-8 file can hold and strict readers refuse as an escape too, is
    the text \udNNN.
    """
    return encoded(scorecard)


def encoded(value: msgspec.Struct) -> bytes:
    """Return any value of a report as that JSON."""
    try:
        raw = msgspec.json.encode(value, order="sorted")
    except UnicodeEncodeError:
        raw = msgspec.json.encode(_without_surrogates(value), order="sorted")
    raw = msgspec.json.format(raw, indent=2)  # a copy at a time: there are scorecards of 50 MB
    if _ACTING.search(raw):
        raw = _ACTING.sub(_escape, raw)
    return raw + b"\n"


def _escape(match: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(match.group().decode())


def _without_surrogates(value: msgspec.Struct) -> Any:
    return _mended(msgspec.to_builtins(value))


def _mended(value: Any) -> Any:
    match value:
        case str():
            return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", value)
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
        case list() | tuple():
            return [_mended(item) for item in value]
        case _:
            return value
