"""Configuration files in JSON as settings, with the comments that compilers of TypeScript allow."""

import re
from collections.abc import Iterator

import msgspec

from gates.probes.suppressions.script_comments import tokens
from gates.probes.suppressions.settings_read import Setting, flat


def json(text: str) -> Iterator[Setting]:
    """Every value. Raises ValueError."""
    for key, value in flat("", msgspec.json.decode(strict(text))):
        name = re.escape(key.rpartition(".")[2])
        place = re.search(rf'"{name}"\s*:', text)
        yield Setting(key, value, text.count("\n", 0, place.start()) + 1 if place else 0)


def strict(text: str) -> str:
    """The text without comments and without commas before a closing bracket."""
    parts: list[str] = []
    comma = -1
    for _, kind, part in tokens(text):
        if part in ("}", "]") and comma >= 0:
            parts[comma] = " "
        if kind not in ("comment", "space"):
            comma = len(parts) if part == "," else -1
        parts.append(" " if kind == "comment" else part)
    return "".join(parts)


def tsconfig(text: str) -> Iterator[Setting]:
    """`tsconfig.json` and its like."""
    return (Setting(f"tsconfig.{one.key}", one.value, one.line) for one in json(text))


def pyright(text: str) -> Iterator[Setting]:
    """`pyrightconfig.json`."""
    return (Setting(f"pyright.{one.key}", one.value, one.line) for one in json(text))
