"""Judges what a service asks its database: the same again and again, scans, and what grows.

A statement is repeated from `MOST_ALIKE` times in one request on; `Asking` is one request.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median

import msgspec

from gates.core.model import Finding, Severity
from gates.core.query_plans import QueryPlan, flip, scanned
from gates.core.statements import Said

TOOL = "queries"
REPEATED, SCAN = "database.repeated", "database.sequential-scan"
MORE_STATEMENTS, MORE_ROWS = "database.more-statements", "database.more-rows"
FLIP, OFFSET, UNBOUNDED = "database.plan-flip", "database.offset", "database.unbounded-list"
REPEATED_METRIC = "database.repeated_statements"
SCANS_METRIC = "database.sequential_scans"
GROWING_METRIC = "database.growing_operations"
MOST_ALIKE = 3
LARGEST_PAGE = 100  # entries, where a list names no page size
SHOWN = 240  # characters of a statement


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """One request to an operation and the statements that it led to, normalised.

    `entries` are those of the list that it gave, None of no list; `page` what was asked for.
    """

    operation: str
    size: int
    statements: tuple[str, ...]
    entries: int | None = None
    page: int = LARGEST_PAGE


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A database at one size of its data: the plans by statement, the rows by table."""

    size: int
    plans: dict[str, QueryPlan] = {}
    rows: dict[str, int] = {}


class Grown(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which an operation grows with the data."""

    operation: str
    rule: str
    text: str
    fix: str
    about: str = ""  # the statement, or ""


def repeated(asked: Iterable[Asking]) -> dict[tuple[str, str], int]:
    """(operation, statement) → how often it is asked in one request, where that is too often.

    A request alone may have been served while another thread of the service was at work: more than
    half of the requests to the operation at one size have to show it.
    """
    counts: defaultdict[tuple[str, int], list[Counter[str]]] = defaultdict(list)
    for one in asked:
        counts[one.operation, one.size].append(Counter(one.statements))
    found: dict[tuple[str, str], int] = {}
    for (operation, _), requests in counts.items():
        for text in {text for request in requests for text in request}:
            often = int(median(request[text] for request in requests))
            if often >= MOST_ALIKE:
                key = (base(operation), text)
                found[key] = max(often, found.get(key, 0))
    return found


def scans(
    seen: Sequence[Seen], said: Mapping[str, Said], large_rows: int
) -> dict[tuple[str, str], int]:
    """(statement, table) → rows of the table that it reads from end to end.

    A table is large from `large_rows` rows on, or where it grew with the data.
    """
    if not seen:
        return {}
    first, last = seen[0], seen[-1]
    found: dict[tuple[str, str], int] = {}
    for text, plan in last.plans.items():
        for step in scanned(plan, said[text]):
            rows = last.rows.get(step.table, 0)
            grew = len(seen) > 1 and rows > first.rows.get(step.table, rows)
            if rows >= large_rows or (grew and rows >= last.size):
                found[text, step.table] = rows
    return found


def growing(
    asked: Sequence[Asking], seen: Sequence[Seen], said: Mapping[str, Said]
) -> tuple[Grown, ...]:
    """Everything that grows between the first and the last size; nothing of one size alone."""
    sizes = [one.size for one in seen]
    if len(sizes) < 2:
        return ()
    operations = tuple(dict.fromkeys(one.operation for one in asked))
    found: list[Grown] = []
    for operation in operations:
        own = [one for one in asked if one.operation == operation]
        found += _more_statements(operation, own, sizes)
        found += _unbounded(operation, own, sizes)
        found += _more_rows(operation, own, seen, said)
        found += _flips(operation, own, seen)
    once = {(base(one.operation), one.rule, one.about): one for one in reversed(found)}
    flipped = {(operation, about) for operation, rule, about in once if rule == FLIP}
    return tuple(
        msgspec.structs.replace(one, operation=operation)
        for (operation, rule, about), one in reversed(once.items())
        if rule != MORE_ROWS or (operation, about) not in flipped
    )


def base(operation: str) -> str:
    """The operation without the parameter with which it was asked: `GET /books?author`."""
    return operation.partition("?")[0]


def _more_statements(operation: str, own: list[Asking], sizes: list[int]) -> Iterable[Grown]:
    counts = _by_size([(one.size, len(one.statements)) for one in own])
    first, last = counts.get(sizes[0]), counts.get(sizes[-1])
    if first is not None and last is not None and last > first:
        yield Grown(
            operation=operation,
            rule=MORE_STATEMENTS,
            text=f"{first:g} statements with {sizes[0]} rows, {last:g} with {sizes[-1]}",
            fix="Ask for what belongs to all entries of a list in one statement.",
        )


def _unbounded(operation: str, own: list[Asking], sizes: list[int]) -> Iterable[Grown]:
    """A list that is longer than any page that was asked for, and became so with the data."""
    counts = _by_size([(one.size, one.entries) for one in own if one.entries is not None])
    before, last = counts.get(sizes[-2]), counts.get(sizes[-1])
    page = max((one.page for one in own), default=LARGEST_PAGE)
    if before is not None and last is not None and last > before and last > page:
        yield Grown(
            operation=operation,
            rule=UNBOUNDED,
            text=f"{before:g} entries with {sizes[-2]} rows, {last:g} with {sizes[-1]}",
            fix="Give a list page by page, with a greatest size.",
        )


def _more_rows(
    operation: str, own: list[Asking], seen: Sequence[Seen], said: Mapping[str, Said]
) -> Iterable[Grown]:
    for text in sorted({text for one in own for text in one.statements}):
        first, last = (_examined(at, text, said) for at in (seen[0], seen[-1]))
        if last and last > first and text in seen[-1].plans:
            rows = f"{first} rows are read with {seen[0].size}, {last} with {seen[-1].size}"
            yield Grown(
                operation=operation,
                rule=MORE_ROWS,
                text=f"{rows}: {shown(text)}",
                fix="Add an index on the columns by which it looks and sorts.",
                about=text,
            )


def _examined(at: Seen, text: str, said: Mapping[str, Said]) -> int:
    """Rows that a statement reads from end to end; 0 where it looks all of them up."""
    plan = at.plans.get(text)
    return sum(at.rows.get(step.table, 0) for step in scanned(plan, said[text])) if plan else 0


def _flips(operation: str, own: list[Asking], seen: Sequence[Seen]) -> Iterable[Grown]:
    for text in sorted({text for one in own for text in one.statements}):
        plans = [(at.size, at.plans[text]) for at in seen if text in at.plans]
        for (_, before), (size, after) in pairwise(plans):
            flipped = flip(before, after)
            if flipped:
                was, now = flipped
                yield Grown(
                    operation=operation,
                    rule=FLIP,
                    text=f'with {size} rows "{was.said}" becomes "{now.said}": {shown(text)}',
                    fix="Give the planner one index that both finds and sorts what is asked for.",
                    about=text,
                )
                break


def _by_size(pairs: Iterable[tuple[int, int]]) -> dict[int, float]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for size, count in pairs:
        found[size].append(count)
    return {size: median(counts) for size, counts in found.items()}


def repeated_findings(found: Mapping[tuple[str, str], int]) -> tuple[Finding, ...]:
    """A finding for each operation and statement."""
    return tuple(
        Finding(
            tool=TOOL,
            rule=REPEATED,
            severity=Severity.MEDIUM,
            message=f"{operation}: asked {often} times in one request: {shown(text)}",
            fix="Ask for all of them in one statement, by a join or a list of ids.",
            context=f"{operation} {text}",
            metric=REPEATED_METRIC,
        )
        for (operation, text), often in sorted(found.items())
    )


def scan_findings(
    found: Mapping[tuple[str, str], int], operations: Mapping[str, str]
) -> tuple[Finding, ...]:
    """A finding for each statement and table; `operations` names one that asks it."""
    return tuple(
        Finding(
            tool=TOOL,
            rule=SCAN,
            severity=Severity.MEDIUM,
            message=f"{table}: all of its {rows} rows are read: {shown(text)}"
            f" ({operations.get(text, 'no request of ours')})",
            fix="Add an index on the columns by which it looks and sorts.",
            context=f"{table} {text}",
            metric=SCANS_METRIC,
        )
        for (text, table), rows in sorted(found.items())
    )


def growing_findings(found: Iterable[Grown]) -> tuple[Finding, ...]:
    """A finding for each way in which an operation grows; the metric counts the ways."""
    return tuple(
        Finding(
            tool=TOOL,
            rule=one.rule,
            severity=Severity.MEDIUM,
            message=f"{one.operation}: {one.text}",
            fix=one.fix,
            context=" ".join((one.operation, one.rule, one.about)).strip(),
            metric=GROWING_METRIC,
        )
        for one in found
    )


def shown(text: str) -> str:
    """A statement in a message."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
