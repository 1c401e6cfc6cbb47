"""Plans of SQLite and PostgreSQL, in their own words."""

import pytest

from gates.core.query_plans import QueryPlan, Step, Way, flip, of_postgresql, of_sqlite, scanned
from gates.core.statements import said

TABLES = {"books": "books", "line": "order_lines", "users": "users"}


@pytest.mark.parametrize(
    ("detail", "table", "way"),
    [
        ("SCAN books", "books", Way.SCANNED),
        ("SCAN TABLE books", "books", Way.SCANNED),
        ("SCAN TABLE books AS line", "order_lines", Way.SCANNED),
        ("SCAN books USING INDEX books_by_title", "books", Way.SCANNED),
        ("SCAN books USING COVERING INDEX books_by_title", "books", Way.INDEX_ALONE),
        ("SEARCH books USING INTEGER PRIMARY KEY (rowid=?)", "books", Way.LOOKED_UP),
        ("SEARCH line USING PRIMARY KEY (order_id=?)", "order_lines", Way.LOOKED_UP),
        ("SEARCH users USING INDEX users_by_role (role=?)", "users", Way.LOOKED_UP),
        ("SEARCH books USING AUTOMATIC COVERING INDEX (author=?)", "books", Way.SCANNED),
    ],
)
def test_a_step_of_sqlite(detail: str, table: str, way: Way) -> None:
    assert of_sqlite([detail], TABLES).steps == (Step(table, way, detail),)


@pytest.mark.parametrize(
    "detail",
    [
        "SCAN json_each VIRTUAL TABLE INDEX 1:",
        "SCAN (subquery-1)",
        "SCAN CONSTANT ROW",
        "LIST SUBQUERY 1",
        "MULTI-INDEX OR",
    ],
)
def test_what_is_no_table_of_the_statement_is_left_out(detail: str) -> None:
    assert of_sqlite([detail], TABLES) == QueryPlan()


def test_a_sort_of_sqlite() -> None:
    assert of_sqlite(["SCAN books", "USE TEMP B-TREE FOR ORDER BY"], TABLES).sorts
    assert not of_sqlite(["SCAN books"], TABLES).sorts


def _node(kind: str, *below: dict[str, object], **more: object) -> dict[str, object]:
    return {"Node Type": kind, **more, **({"Plans": list(below)} if below else {})}


@pytest.mark.parametrize(
    ("node", "way"),
    [
        (_node("Seq Scan", **{"Relation Name": "books"}), Way.SCANNED),
        (
            _node("Index Scan", **{"Relation Name": "books", "Index Name": "i", "Index Cond": "x"}),
            Way.LOOKED_UP,
        ),
        (_node("Index Scan", **{"Relation Name": "books", "Index Name": "i"}), Way.SCANNED),
        (_node("Index Only Scan", **{"Relation Name": "books", "Index Name": "i"}), 1),
        (_node("Bitmap Heap Scan", **{"Relation Name": "books"}), Way.LOOKED_UP),
    ],
)
def test_a_step_of_postgresql(node: dict[str, object], way: Way) -> None:
    (step,) = of_postgresql([{"Plan": _node("Limit", node)}]).steps
    assert (step.table, step.way) == ("books", way)


def test_a_sort_of_postgresql() -> None:
    scan = _node("Seq Scan", **{"Relation Name": "books"})
    assert of_postgresql([{"Plan": _node("Sort", scan)}]).sorts
    assert not of_postgresql([{"Plan": _node("Limit", scan)}]).sorts


SCAN = of_sqlite(["SCAN books"], TABLES)
SORTED = of_sqlite(["SCAN books", "USE TEMP B-TREE FOR ORDER BY"], TABLES)
LOOKUP = of_sqlite(["SEARCH books USING INDEX i (a=?)"], TABLES)
INDEX = of_sqlite(["SCAN books USING COVERING INDEX i"], TABLES)


@pytest.mark.parametrize(
    ("plan", "sql", "found"),
    [
        (SCAN, "SELECT * FROM books", True),
        (SCAN, "SELECT * FROM books ORDER BY id LIMIT 20", False),
        (SCAN, "SELECT * FROM books ORDER BY id LIMIT -1", True),
        (SORTED, "SELECT * FROM books ORDER BY a LIMIT 20", True),
        (SCAN, "SELECT * FROM books WHERE a = 1 LIMIT 20", True),
        (LOOKUP, "SELECT * FROM books WHERE a = 1", False),
        (INDEX, "SELECT count(*) FROM books", False),
    ],
)
def test_what_is_read_from_end_to_end(plan: QueryPlan, sql: str, found: bool) -> None:
    assert bool(scanned(plan, said(sql))) is found


BOTH = of_sqlite(["SEARCH books USING INDEX i (a=?)", "SCAN books USING COVERING INDEX i"], TABLES)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (LOOKUP, SCAN, True),
        (SCAN, LOOKUP, False),
        (LOOKUP, LOOKUP, False),
        (SCAN, SCAN, False),
        (LOOKUP, INDEX, False),
        (INDEX, SCAN, False),
        (BOTH, BOTH, False),
        (LOOKUP, BOTH, False),
        (QueryPlan(), SCAN, False),
    ],
)
def test_a_flip_is_from_looking_up_to_walking(
    before: QueryPlan, after: QueryPlan, found: bool
) -> None:
    assert (flip(before, after) is not None) is found
