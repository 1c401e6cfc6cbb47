"""Which documented operations a series of requests reached, and with what kind of answers."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gates.core.documented import Documented
from gates.core.openapi import quoted, unquoted

THROTTLED = "429"  # no test provokes it without flooding the service
_VARIABLE = re.compile(r"\{[^{}/]+\}")


class Hit(msgspec.Struct, frozen=True, order=True):
    """One kind of answer; `path` as it was asked, without query."""

    method: str
    path: str
    status: int


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What requests to one operation gave. `errors` counts answers of 400 to 499."""

    label: str
    successes: int = 0
    errors: int = 0
    others: int = 0  # answers of 500 and more
    needs_error: bool = True

    @property
    def lacks(self) -> str:
        """What is missing, "" where there is nothing."""
        wanted = [("a success", self.successes)]
        wanted += [("an error answer", self.errors)] if self.needs_error else []
        return " and ".join(name for name, count in wanted if not count)


class Templates:
    """Finds the operation that a request is meant for: literal parts win over variables."""

    def __init__(self, operations: Sequence[Documented]) -> None:
        self._known: dict[str, list[tuple[re.Pattern[str], Documented]]] = {}
        for one in sorted(operations, key=_rank):
            pattern = re.compile(_regex(one.path))
            self._known.setdefault(one.operation.method, []).append((pattern, one))

    def find(self, method: str, path: str) -> Documented | None:
        """The operation of a request, None where the document has none."""
        for pattern, one in self._known.get(method.upper(), ()):
            if pattern.fullmatch(path):
                return one
        return None


def reached(
    operations: Sequence[Documented], hits: Mapping[Hit, int]
) -> tuple[tuple[Tested, ...], tuple[str, ...]]:
    """What each operation got, and the requests that are documented nowhere."""
    templates = Templates(operations)
    counts: dict[str, Counter[str]] = {}
    strangers: set[str] = set()
    for hit, count in hits.items():
        one = templates.find(hit.method, hit.path)
        if one is None:
            strangers.add(f"{hit.method} {hit.path} ({hit.status})")
            continue
        counts.setdefault(one.label, Counter())[_kind(hit.status)] += count
    return tuple(_tested(one, counts.get(one.label, Counter())) for one in operations), tuple(
        sorted(strangers)
    )


def percent(found: Iterable[Tested]) -> float | None:
    """Share of the operations that lack nothing, in per cent; None without any."""
    listed = list(found)
    whole = sum(not one.lacks for one in listed)
    return 100.0 * whole / len(listed) if listed else None


def _tested(one: Documented, counts: Counter[str]) -> Tested:
    return Tested(
        label=one.label,
        successes=counts["success"],
        errors=counts["error"],
        others=counts["other"],
        needs_error=any(_provoked(status) for status in one.responses),
    )


def _provoked(status: str) -> bool:
    """Whether it is an error answer that a test can bring about."""
    return status[:1] == "4" and status != THROTTLED


def _kind(status: int) -> str:
    if status < 400:
        return "success" if status else "other"
    return "error" if status < 500 else "other"


def _rank(one: Documented) -> tuple[tuple[int, ...], int, str]:
    """Templates with literal parts in front come first, then those with more literal text."""
    variable = tuple(1 if _VARIABLE.search(part) else 0 for part in one.path.split("/"))
    return variable, -len(_VARIABLE.sub("", one.path)), one.path


def _regex(template: str) -> str:
    parts = re.split(r"(\{[^{}/]+\})", template)
    return "".join("[^/]+" if part.startswith("{") else _literal(part) for part in parts)


def _literal(text: str) -> str:
    """A literal part, which clients may have encoded."""
    forms = {"/".join(quoted(part) for part in unquoted(text).split("/")), text}
    return "(?:" + "|".join(re.escape(form) for form in sorted(forms)) + ")" if text else ""
