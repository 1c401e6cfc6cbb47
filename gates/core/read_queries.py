"""One SELECT with the parameter `:name`, and nothing that could write."""

import re

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_WRITES = re.compile(
    r"\b(insert|update|delete|drop|alter|create|truncate|grant|attach|pragma|copy|call|vacuum|into)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!:):name\b")


def flaw(query: str) -> str:
    """What keeps a query from being run, "" if nothing does."""
    bare = _QUOTED.sub("''", _COMMENT.sub(" ", query)).strip().rstrip(";").strip()
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE):
        return "does not start with SELECT"
    if ";" in bare:
        return "has more than one statement"
    if found := _WRITES.search(bare):
        return f"has the word {found[0].upper()}"
    if not _NAME.search(bare):
        return "does not use :name"
    return ""


def with_percent(query: str) -> str:
    """The query in the parameter style of psycopg: %(name)s."""
    return _NAME.sub("%(name)s", query.replace("%", "%%"))
