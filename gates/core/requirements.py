"""Which lines of a requirements file can be audited: exact pins, and why the others cannot."""

import re
from collections.abc import Iterator

import msgspec

_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*"
    r"\(?\s*={2,3}\s*(?P<version>[^\s;,()*]+)\s*\)?"
)
_INCLUDE = re.compile(r"(?:-r|--requirement)(?:\s*=\s*|\s+|(?=\S))(?P<path>\S+)")
_OWN = re.compile(r"(?:(?:-e|--editable)[\s=]+)?\.(?:\[[^\]]*\])?")  # the target itself
_CREDENTIALS = re.compile(r"://[^/\s]*@")  # of an address: never shown
_IGNORED = ("-c", "--constraint", "-i", "--", "-f")


class Line(msgspec.Struct, frozen=True):
    """One logical line; `number` is that of its first physical line, from 1."""

    number: int
    text: str


class Pin(msgspec.Struct, frozen=True, order=True):
    """A dependency whose version is known exactly."""

    name: str
    version: str


class Unaudited(msgspec.Struct, frozen=True):
    """A line that cannot be audited as it is."""

    number: int
    text: str
    why: str


class Requirements(msgspec.Struct, frozen=True):
    """What a requirements file says; `includes` are paths relative to the file.

    `places` are the lines of the pins, in their order.
    """

    pins: tuple[Pin, ...]
    unaudited: tuple[Unaudited, ...]
    includes: tuple[Line, ...]
    places: tuple[int, ...] = ()


def read(text: str) -> Requirements:
    """Sort the lines of a requirements file. Markers are ignored: what may be installed counts."""
    pins: dict[Pin, int] = {}
    unaudited: list[Unaudited] = []
    includes: list[Line] = []
    for line in _lines(text):
        include = _INCLUDE.match(line.text)
        pin = _PIN.match(line.text)
        if (include and not line.text.startswith("--re")) or line.text.startswith("--requirement"):
            includes.append(Line(line.number, include["path"] if include else ""))
        elif _OWN.fullmatch(line.text) or _is_option(line.text):
            continue
        elif pin and _ends(line.text[pin.end() :]):
            pins.setdefault(Pin(pin["name"], pin["version"]), line.number)
        else:
            text = _CREDENTIALS.sub("://…@", line.text)[:200]
            unaudited.append(Unaudited(line.number, text, _why(line.text)))
    return Requirements(tuple(pins), tuple(unaudited), tuple(includes), tuple(pins.values()))


def _lines(text: str) -> Iterator[Line]:
    """Logical lines without comments and hashes: a backslash goes on with the next line."""
    start, held = 0, ""
    for number, raw in enumerate([*text.splitlines(), ""], start=1):
        start = start or number
        held += re.sub(r"(^|\s)#.*", "", raw)
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        line = re.sub(r"\s--(hash|config-settings|global-option)[= ]\S+", "", " " + held).strip()
        if line:
            yield Line(start, line)
        start, held = 0, ""


def _is_option(text: str) -> bool:
    return text.startswith(_IGNORED) and not text.startswith("--editable")


def _ends(rest: str) -> bool:
    """Whether nothing but a marker follows a pin."""
    return not rest.strip() or rest.strip().startswith(";")


def _why(text: str) -> str:
    if text.startswith(("-e", "--editable", ".", "/")) or "://" in text or "@" in text:
        return "an address or a folder has no version that advisories name"
    return "not pinned with ==" if text[0].isalnum() else "no requirement that we can read"
