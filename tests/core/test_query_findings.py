"""What is too much to ask of a database, by tables at both sides of each bound."""

import pytest

from gates.core.query_findings import (
    FLIP,
    MORE_ROWS,
    MORE_STATEMENTS,
    UNBOUNDED,
    Asking,
    Seen,
    growing,
    growing_findings,
    repeated,
    repeated_findings,
    scan_findings,
    scans,
)
from gates.core.query_plans import of_sqlite
from gates.core.statements import said

ONE = "SELECT * FROM parts WHERE thing = ?"
LIST = "SELECT * FROM things"
BY_NAME = "SELECT * FROM things WHERE name = ?"
SAID = {text: said(text) for text in (ONE, LIST, BY_NAME)}
TABLES = {"things": "things", "parts": "parts"}
WALK = of_sqlite(["SCAN things"], TABLES)
LOOKUP = of_sqlite(["SEARCH things USING INDEX things_by_name (name=?)"], TABLES)


def asked(
    *statements: str, size: int = 0, entries: int | None = None, operation: str = "GET /things"
) -> Asking:
    return Asking(operation=operation, size=size, statements=statements, entries=entries)


@pytest.mark.parametrize(("times", "found"), [(0, 0), (2, 0), (3, 3), (7, 7)])
def test_a_statement_is_repeated_from_three_times_on(times: int, found: int) -> None:
    often = repeated([asked(LIST, *[ONE] * times)])
    assert often == ({("GET /things", ONE): found} if found else {})


def test_more_than_half_of_the_requests_have_to_repeat_it() -> None:
    odd = [asked(*[ONE] * 9), asked(ONE), asked(ONE)]
    assert repeated(odd) == {}
    assert repeated([*odd, asked(*[ONE] * 9), asked(*[ONE] * 9)]) == {("GET /things", ONE): 9}


def test_requests_of_two_operations_are_not_added_up() -> None:
    every = [asked(ONE, ONE), asked(ONE, ONE, operation="GET /parts")]
    assert repeated(every) == {}


def test_an_operation_with_a_parameter_is_the_same_operation() -> None:
    every = [asked(*[ONE] * 3), asked(*[ONE] * 5, operation="GET /things?name")]
    assert repeated(every) == {("GET /things", ONE): 5}
    (finding,) = repeated_findings(repeated(every))
    assert finding.rule == "database.repeated"
    assert finding.metric == "database.repeated_statements"
    assert "5" not in finding.context


@pytest.mark.parametrize(("rows", "found"), [(0, 0), (999, 0), (1000, 1), (5000, 1)])
def test_a_table_is_large_from_so_many_rows_on(rows: int, found: int) -> None:
    seen = [Seen(size=0, plans={BY_NAME: WALK}, rows={"things": rows})]
    assert len(scans(seen, SAID, 1000)) == found


@pytest.mark.parametrize(
    ("first", "last", "found"), [(10, 100, 1), (100, 100, 0), (10, 99, 0), (20, 100, 1)]
)
def test_a_table_that_grew_to_the_size_that_was_asked_for_is_large(
    first: int, last: int, found: int
) -> None:
    seen = [
        Seen(size=10, plans={BY_NAME: WALK}, rows={"things": first}),
        Seen(size=100, plans={BY_NAME: WALK}, rows={"things": last}),
    ]
    walks = scans(seen, SAID, 1000)
    assert len(walks) == found
    for finding in scan_findings(walks, {BY_NAME: "GET /things"}):
        assert finding.metric == "database.sequential_scans"
        assert str(last) in finding.message
        assert str(last) not in finding.context


def test_no_plan_is_no_scan() -> None:
    assert scans([], SAID, 1) == {}
    assert scans([Seen(size=0, rows={"things": 5000})], SAID, 1000) == {}


def _sizes(first: Seen | None = None, last: Seen | None = None) -> list[Seen]:
    return [first or Seen(size=10), Seen(size=100), last or Seen(size=1000)]


def test_one_size_alone_grows_nowhere() -> None:
    assert growing([asked(ONE, size=10)], [Seen(size=10)], SAID) == ()


@pytest.mark.parametrize(("first", "last", "found"), [(1, 1, 0), (1, 2, 1), (2, 1, 0)])
def test_statements_must_not_become_more(first: int, last: int, found: int) -> None:
    every = [asked(*[ONE] * first, size=10), asked(*[ONE] * last, size=1000)]
    assert [one.rule for one in growing(every, _sizes(), SAID)] == [MORE_STATEMENTS] * found


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ((10, 100, 1000), 1),
        ((10, 100, 100), 0),
        ((10, 99, 100), 0),
        ((10, 100, 101), 1),
        ((10, 20, 20), 0),
        ((None, None, None), 0),
    ],
)
def test_a_list_must_not_grow_beyond_its_page(entries: tuple[int | None, ...], found: int) -> None:
    every = [
        asked(LIST, size=size, entries=count)
        for size, count in zip((10, 100, 1000), entries, strict=True)
    ]
    assert [one.rule for one in growing(every, _sizes(), SAID)] == [UNBOUNDED] * found


@pytest.mark.parametrize(
    ("first", "last", "rules"),
    [
        (LOOKUP, LOOKUP, []),
        (LOOKUP, WALK, [FLIP]),
        (WALK, WALK, [MORE_ROWS]),
        (WALK, LOOKUP, []),
    ],
)
def test_rows_read_and_plans(first: object, last: object, rules: list[str]) -> None:
    seen = [
        Seen(size=10, plans={BY_NAME: first}, rows={"things": 10}),  # type: ignore[dict-item]
        Seen(size=1000, plans={BY_NAME: last}, rows={"things": 1000}),  # type: ignore[dict-item]
    ]
    every = [asked(BY_NAME, size=size) for size in (10, 1000)]
    assert [one.rule for one in growing(every, seen, SAID)] == rules


def test_a_way_of_growing_is_told_once_for_all_parameters() -> None:
    every = [
        asked(*[ONE] * count, size=size, operation=operation)
        for operation in ("GET /things", "GET /things?name")
        for count, size in ((1, 10), (9, 1000))
    ]
    found = growing(every, _sizes(), SAID)
    assert [one.operation for one in found] == ["GET /things"]
    (finding,) = growing_findings(found)
    assert finding.message == "GET /things: 1 statements with 10 rows, 9 with 1000"
    assert finding.context == "GET /things database.more-statements"
    assert finding.metric == "database.growing_operations"
