"""What is sent to find an injection, and what of an answer shows one: pure, and never destructive.

No text changes or deletes anything, makes a query slower than its delay, or lets a statement that
writes touch more than it would have touched.
"""

import html
import re

import msgspec

from gates.core.likeness import TIMES, Path, leaves
from gates.core.openapi import JSON, quoted

FACTORS = ((7919, 6007), (8111, 5303))
DELAYS_S = (0.8, 1.6)
DELAYING = {
    "command": "gs$(sleep SECONDS)';sleep SECONDS;'",
    "sql": "gs'||(SELECT pg_sleep(SECONDS))||'",
    "sql of MySQL": "gs'+(SELECT 1 FROM (SELECT SLEEP(SECONDS))q)+'",
}
SPLIT_HEADER = "x-gatescore-split"
NOWHERE = "gszqxvnowhere"
PASSWD = re.compile(r"^root:[^:\n]*:0:0:", re.MULTILINE)
PASSWD_IN_JSON = re.compile(r"root:[^:\n\"]{0,20}:0:0:")
TRAVERSALS = ("../" * 8 + "etc/passwd", "/etc/passwd")
DATABASE_ERRORS = re.compile(
    r"sqlite3?\.\w*Error|SQLITE_ERROR|near \"[^\"]{0,40}\": syntax error|unrecognized token: \""
    r"|You have an error in your SQL syntax|unterminated quoted string|PG::SyntaxError"
    r"|psycopg\d?\.|SQLSTATE\[|ORA-\d{5}|Unclosed quotation mark|quoted string not properly"
    r"|syntax error at or near|\(1064,|MySQLSyntaxError|SQLSyntaxErrorException",
    re.IGNORECASE,
)
SORTING = ("sort", "order", "order_by", "orderby", "sort_by", "sortby", "ordering")
FILES = re.compile(
    r"file|path|doc|template|page|image|img|dir|folder|include|download|attachment|asset|report|log",
    re.IGNORECASE,
)


class Joined(msgspec.Struct, frozen=True):
    """Two ways to write a text in two parts: `true` is the whole one to SQL alone, `false` never.

    Whoever strips or ignores the signs takes both for the same.
    """

    name: str
    true: str
    false: str


JOINTS = (
    Joined("concatenation", "'||'", "'|'"),
    Joined("adjacent texts", "' '", '" "'),
    Joined("addition", "'+'", "'-'"),
)


class View(msgspec.Struct, frozen=True):
    """What can be compared of an answer: its status, and its content without what is ours."""

    status: int
    content: tuple[tuple[Path, str], ...]


def joined(value: str, sign: str) -> str:
    """The value in two parts with a sign of `JOINTS` between them."""
    middle = max(len(value) // 2, 1)
    return f"{value[:middle]}{sign}{value[middle:]}"


def widened(number: int, *, true: bool) -> str:
    """A condition that lets every row through, or none; it is only ever asked of a reading."""
    other = number if true else number + 1
    return f"{NOWHERE}' OR {number}={other} OR '"


def sorted_by(value: str, *, true: bool) -> str:
    """An order that is the one asked for, or none."""
    return f"CASE WHEN 7={7 if true else 8} THEN {value} ELSE 1 END"


def templates(factors: tuple[int, int]) -> tuple[str, str]:
    """Texts that a template engine would work out."""
    one, two = factors
    return f"gs{{{{{one}*{two}}}}}${{{one}*{two}}}", f"gs<%= {one}*{two} %>#{{{one}*{two}}}"


def product(factors: tuple[int, int]) -> str:
    """What a template engine would make of it."""
    return str(factors[0] * factors[1])


def delaying(seconds: float) -> dict[str, str]:
    """Kind → text that would take so many seconds, once, wherever it is understood."""
    return {kind: text.replace("SECONDS", str(seconds)) for kind, text in DELAYING.items()}


def splitting() -> str:
    """A text that would begin a header of its own."""
    return f"gs\r\n{SPLIT_HEADER}: 7919"


def view(status: int, value: JSON, text: str, sent: str) -> View:
    """An answer as it is compared: times and what it repeats of the request are left out."""
    if value is None:
        return View(status, (((), _without(text, sent)),))
    found = (
        (path, _without(str(leaf), sent))
        for path, leaf in leaves(value)
        if not (isinstance(leaf, str) and TIMES.fullmatch(leaf))
    )
    return View(status, tuple(found))


def less(one: View, ignored: frozenset[Path]) -> View:
    """The view without what differs between two equal requests."""
    return View(one.status, tuple(pair for pair in one.content if pair[0] not in ignored))


def unsettled(one: View, two: View) -> frozenset[Path]:
    """What differs between the answers to two equal requests."""
    first, second = dict(one.content), dict(two.content)
    return frozenset(path for path in {*first, *second} if first.get(path) != second.get(path))


def is_slow(seconds: float, delay_s: float, usual_s: float) -> bool:
    """Whether an answer took its delay, and not much more, beyond the usual time."""
    over = seconds - usual_s
    return delay_s * 0.9 <= over <= delay_s + 1.0


def _without(text: str, sent: str) -> str:
    """A text without what was sent, however it is spelled there."""
    if len(sent) < 3:
        return text
    spellings = {
        sent,
        html.escape(sent),
        quoted(sent),
        msgspec.json.encode(sent).decode()[1:-1],
        repr(sent)[1:-1],
    }
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "‹sent›")
    return text
