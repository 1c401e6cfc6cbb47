"""How much of the function behind each operation ran, where the document's ids name functions."""

import re
from collections.abc import Iterable, Mapping

from gates.core.documented import Documented
from gates.core.model import Aspect, OperationEvidence, Status

Lines = tuple[int, int]  # covered, all


def evidence(
    operations: Iterable[Documented], functions: Iterable[tuple[str, Lines]]
) -> tuple[OperationEvidence, ...]:
    """A cell for each operation whose id names exactly one function; the others have none."""
    known: dict[str, list[Lines]] = {}
    for name, lines in functions:
        known.setdefault(_plain(name.rpartition(".")[2]), []).append(lines)
    return tuple(_cell(one, known[name][0]) for one, name in _named(operations, known))


def _named(
    operations: Iterable[Documented], known: Mapping[str, list[Lines]]
) -> Iterable[tuple[Documented, str]]:
    for one in operations:
        name = _plain(handler(one))
        if len(known.get(name, ())) == 1:
            yield one, name


def handler(one: Documented) -> str:
    """The function that an id names; FastAPI's own ids have path and method behind it."""
    operation = one.operation
    ending = re.sub(r"\W", "_", operation.path) + f"_{operation.method.lower()}"
    return operation.operation_id.removesuffix(ending)


def _plain(name: str) -> str:
    """A name without the habits of a language: listBooks and list_books are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _cell(one: Documented, lines: Lines) -> OperationEvidence:
    covered, whole = lines
    return OperationEvidence(
        operation=one.label,
        aspect=Aspect.COVERED,
        state=Status.PASS if covered else Status.NO_DATA,
        value=100.0 * covered / whole if whole else None,
        detail=f"{covered} of {whole} lines of its function",
    )
