"""Which documented operation a request was for."""

import re
from collections.abc import Iterable

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import unquoted

UNDOCUMENTED_PATH = "undocumented path"
UNDOCUMENTED_METHOD = "undocumented method"


class Routes(msgspec.Struct, frozen=True):
    """Operations with the pattern of each path, those of fixed paths first."""

    known: tuple[tuple[re.Pattern[str], Documented], ...]

    def find(self, method: str, path: str) -> Documented | None:
        """The operation of a request, or None."""
        plain = path.partition("?")[0]
        for pattern, one in self.known:
            if one.operation.method == method and pattern.fullmatch(plain):
                return one
        return None

    def label(self, method: str, path: str) -> str:
        """The label of the operation, or which word of the document is missing."""
        if found := self.find(method, path):
            return found.label
        plain = path.partition("?")[0]
        known = any(pattern.fullmatch(plain) for pattern, _ in self.known)
        return UNDOCUMENTED_METHOD if known else UNDOCUMENTED_PATH


def routes(operations: Iterable[Documented]) -> Routes:
    """Make the patterns. A parameter stands for one part of a path, whatever it holds."""
    ordered = sorted(operations, key=lambda one: (one.path.count("{"), one.path))
    return Routes(tuple((re.compile(_pattern(one.path)), one) for one in ordered))


def segments(path: str) -> tuple[str, ...]:
    """The parts of a path between its slashes, decoded."""
    return tuple(unquoted(part) for part in path.partition("?")[0].split("/") if part)


def _pattern(path: str) -> str:
    parts = re.split(r"(\{[^{}]*\})", path)
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
