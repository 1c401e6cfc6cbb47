"""Brings SQL statements to one form, so that two that differ in their values alone are the same."""

import re

import msgspec

TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<text>[eEnNxXbB]?'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[^\]\s]*\])
    | (?P<value>%\(\w+\)s|%s|\?\d*|\$\d+|(?<![:\w]):\w+|@\w+)
    | (?P<cast>::)
    | (?P<number>(?<![\w.])(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(?!\w))
    | (?P<word>[^\W\d][\w$]*)
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
LIST = re.compile(r"\( ?\?(?: ?, ?\?)+ ?\)")
ROWS = re.compile(r"(\(\?\))(?: ?, ?\(\?\))+")
OPENING, CLOSING, COMMA = re.compile(r"\( "), re.compile(r" ([),;])"), re.compile(r",(?! )")
READS = ("select", "values", "table")
WRITES = ("insert", "update", "delete", "replace", "merge")
NAME = r'(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|\w+)'
NO_ALIAS = frozenset(
    (
        "where",
        "on",
        "using",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "natural",
        "order",
        "group",
        "having",
        "limit",
        "offset",
        "set",
        "values",
        "union",
        "except",
        "intersect",
        "returning",
        "default",
        "select",
        "as",
        "for",
        "window",
        "fetch",
        "indexed",
        "not",
    )
)
ALIAS = rf"(?!(?:{'|'.join(sorted(NO_ALIAS))})\b){NAME}"
ITEM = rf"(?:only\s+)?((?:{NAME}\s*\.\s*)?{NAME})(?:\s+(?:as\s+)?({ALIAS}))?"
ONE = re.compile(ITEM, re.IGNORECASE)
TABLES = re.compile(
    rf"\b(?:from|join|into|update(?:\s+or\s+\w+)?)\s+({ITEM}(?:\s*,\s*{ITEM})*)", re.IGNORECASE
)
LIMITED = re.compile(r"\b(?:limit|fetch (?:first|next))\b", re.IGNORECASE)
UNLIMITED = re.compile(r"\blimit\s+(?:-\s*\d+|all|null)\b", re.IGNORECASE)
OFFSET = re.compile(r"\boffset\b|\blimit\s+\S+\s*,", re.IGNORECASE)
FILTERED = re.compile(r"\b(?:where|having|group by|distinct|union|join)\b", re.IGNORECASE)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What can be told of a statement from its text. `kind` is read, write or other."""

    text: str  # normalised
    kind: str
    tables: dict[str, str] = {}  # table by its name in the statement: itself or an alias
    is_limited: bool = False  # ends after so many rows
    is_filtered: bool = False  # leaves rows out, so that many may be read for a few
    has_offset: bool = False


def normalised(sql: str) -> str:
    """One line, each value a `?`, lists of values and rows of them one `?`; "" of nothing."""
    parts = []
    for token in TOKEN.finditer(sql):
        match token.lastgroup:
            case "comment" | "space":
                parts.append(" ")
            case "text" | "value" | "number" | "tag":
                parts.append("?")
            case _:
                parts.append(token[0])
    text = " ".join("".join(parts).split())
    for pattern, instead in ((OPENING, "("), (CLOSING, r"\1"), (COMMA, ", ")):
        text = pattern.sub(instead, text)
    return ROWS.sub(r"\1", LIST.sub("(?)", text)).rstrip("; ")


def numbered(sql: str, mark: str) -> tuple[str, int]:
    """The statement with its values numbered from 1 on by `mark`, as "$" or "?", and how many.

    A value with a name has one number wherever it stands.
    """
    names: dict[str, int] = {}
    parts = []
    for token in TOKEN.finditer(sql):
        if token.lastgroup != "value":
            parts.append(token[0])
            continue
        bare = token[0] in ("?", "%s")
        number = names.setdefault(f"{token.start()}" if bare else token[0], len(names) + 1)
        parts.append(f"{mark}{number}")
    return "".join(parts), len(names)


def is_one(sql: str) -> bool:
    """Whether it is one statement: no `;` but at its end, outside of texts, names and comments."""
    bare = [t[0] for t in TOKEN.finditer(sql) if t.lastgroup not in ("space", "comment")]
    return ";" not in bare[:-1]


def said(sql: str) -> Said:
    """What a statement is, from its text."""
    text = normalised(sql)
    raw = " ".join(sql.split())
    return Said(
        text=text,
        kind=kind_of(text),
        tables=tables_of(text),
        is_limited=bool(LIMITED.search(text)) and not UNLIMITED.search(raw),
        is_filtered=bool(FILTERED.search(text)),
        has_offset=bool(OFFSET.search(text)),
    )


def kind_of(text: str) -> str:
    """read, write or other: of a statement that begins with WITH, what follows the queries."""
    words = re.findall(r"\w+|[()]", text.lower())
    if not words:
        return "other"
    first = next((word for word in words if word != "("), "")
    if first == "with":
        first = _main(words)
    if first in READS:
        return "read"
    return "write" if first in WRITES else "other"


def _main(words: list[str]) -> str:
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word in (*READS, *WRITES):
            return word
    return ""


def tables_of(text: str) -> dict[str, str]:
    """The tables of a normalised statement, by the name that it gives them."""
    found = {}
    for listed in TABLES.finditer(text):
        for named in ONE.finditer(listed[1]):
            table = _bare(named[1])
            found[table] = table
            if named[2]:
                found[_bare(named[2])] = table
    return found


def _bare(name: str) -> str:
    """A name without its schema and its quotes."""
    return name.rpartition(".")[2].strip().strip('"`[]')
