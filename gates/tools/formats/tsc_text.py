"""What `tsc --pretty false --listFiles` prints: diagnostics, then the files of the program."""

import re

import msgspec

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools.formats import strict_json

PLACED = re.compile(
    r"(?P<path>\S[^\n]*?)\((?P<line>\d{1,9}),\d+\): error (?P<code>TS\d+): (?P<text>.*)"
)
GLOBAL = re.compile(r"error (?P<code>TS\d+): (?P<text>.*)")


class Diagnostic(msgspec.Struct, frozen=True):
    """One error; `path` as printed, "" and line 0 for one of the whole program."""

    code: str
    text: str
    path: str = ""
    line: int = 0


class Printed(msgspec.Struct, frozen=True):
    """Everything that one run printed."""

    diagnostics: tuple[Diagnostic, ...]
    files: tuple[str, ...]


def read(data: bytes, *, what: str) -> Printed:
    """Read what was printed; a line that is neither kind is refused. Raises ParseError."""
    diagnostics: list[Diagnostic] = []
    files: list[str] = []
    text = strict_json.read_text(data, what=what)
    if not text.endswith("\n"):
        raise ParseError(Reason.UNREADABLE_RESULT, f"unparsable: the last line is cut ({what})")
    for line in text.splitlines():
        if not line.strip() or (line.startswith(" ") and diagnostics):
            continue  # the second and later lines of a message only explain it
        if found := _diagnostic(line):
            diagnostics.append(found)
        elif line.startswith("/"):
            files.append(line)
        else:
            detail = f"schema: {line[:120]!r} is neither an error nor a file ({what})"
            raise ParseError(Reason.UNREADABLE_RESULT, detail)
    return Printed(tuple(diagnostics), tuple(files))


def _diagnostic(line: str) -> Diagnostic | None:
    if placed := PLACED.fullmatch(line):
        at = max(1, int(placed["line"]))
        return Diagnostic(placed["code"], placed["text"], placed["path"], at)
    whole = GLOBAL.fullmatch(line)
    return Diagnostic(whole["code"], whole["text"]) if whole else None
