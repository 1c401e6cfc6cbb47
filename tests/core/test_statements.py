"""SQL statements in one form, and what their text tells."""

import pytest

from gates.core.statements import is_one, normalised, numbered, said


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT * FROM books\n  WHERE id = 7", "SELECT * FROM books WHERE id = ?"),
        ("SELECT * FROM books WHERE id=:id", "SELECT * FROM books WHERE id=?"),
        ("SELECT 'it''s', \"a b\", x1 FROM t", 'SELECT ?, "a b", x1 FROM t'),
        ("SELECT a FROM t WHERE b IN ( 1, 2,3 )", "SELECT a FROM t WHERE b IN (?)"),
        ("SELECT a FROM t WHERE b IN ($1)", "SELECT a FROM t WHERE b IN (?)"),
        ("INSERT INTO t VALUES (1, 'a'), (2, 'b');", "INSERT INTO t VALUES (?)"),
        ("SELECT 1 -- a comment '\n FROM t /* or\n two */", "SELECT ? FROM t"),
        ("SELECT a::int, -1.5e3, .5, 0xff FROM t", "SELECT a::int, -?, ?, ? FROM t"),
        ("SELECT a FROM t WHERE b = %(name)s AND c = %s", "SELECT a FROM t WHERE b = ? AND c = ?"),
        ("SELECT $tag$it's$tag$, E'a'", "SELECT ?, ?"),
        ("SELECT t1.a2 FROM t1", "SELECT t1.a2 FROM t1"),
        ("SELECT 'never closed", "SELECT ?"),
        ("", ""),
        ("  ;", ""),
    ],
)
def test_statements_in_one_form(sql: str, text: str) -> None:
    assert normalised(sql) == text
    assert normalised(text) == text


def test_two_that_differ_in_a_column_are_two() -> None:
    assert normalised("SELECT a FROM t WHERE b = 1") != normalised("SELECT a FROM t WHERE c = 1")


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT 1", "read"),
        ("(SELECT 1) UNION (SELECT 2)", "read"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "read"),
        ("WITH x AS (SELECT 1) DELETE FROM t", "write"),
        ("with gone as (delete from t returning id) select * from gone", "read"),
        ("INSERT INTO t SELECT 1", "write"),
        ("replace INTO t VALUES (1)", "write"),
        ("BEGIN IMMEDIATE", "other"),
        ("PRAGMA foreign_keys = ON", "other"),
        ("SET search_path TO x", "other"),
        ("", "other"),
    ],
)
def test_reads_and_writes(sql: str, kind: str) -> None:
    assert said(sql).kind == kind


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM books", {"books": "books"}),
        ("SELECT * FROM a b, c AS d, e", {"a": "a", "b": "a", "c": "c", "d": "c", "e": "e"}),
        ("SELECT * FROM books WHERE 1", {"books": "books"}),
        ('SELECT 1 FROM "public"."a b" AS z', {"a b": "a b", "z": "a b"}),
        ("SELECT 1 FROM a JOIN b c ON 1", {"a": "a", "b": "b", "c": "b"}),
        ("UPDATE a SET x = y.x FROM b AS y", {"a": "a", "b": "b", "y": "b"}),
        ("DELETE FROM a WHERE id = 1", {"a": "a"}),
        ("INSERT INTO a (b) VALUES (1)", {"a": "a"}),
        ("SELECT 1", {}),
    ],
)
def test_tables(sql: str, tables: dict[str, str]) -> None:
    assert said(sql).tables == tables


@pytest.mark.parametrize(
    ("sql", "limited", "filtered", "offset"),
    [
        ("SELECT * FROM t", False, False, False),
        ("SELECT * FROM t LIMIT 20", True, False, False),
        ("SELECT * FROM t LIMIT ? OFFSET ?", True, False, True),
        ("SELECT * FROM t LIMIT 5, 10", True, False, True),
        ("SELECT * FROM t FETCH FIRST 5 ROWS ONLY", True, False, False),
        ("SELECT * FROM t LIMIT -1 OFFSET 5", False, False, True),
        ("SELECT * FROM t LIMIT ALL", False, False, False),
        ("SELECT * FROM t WHERE a = 1 LIMIT 5", True, True, False),
        ("SELECT DISTINCT a FROM t LIMIT 5", True, True, False),
    ],
)
def test_bounds(sql: str, limited: bool, filtered: bool, offset: bool) -> None:
    found = said(sql)
    assert (found.is_limited, found.is_filtered, found.has_offset) == (limited, filtered, offset)


@pytest.mark.parametrize(
    ("sql", "text", "count"),
    [
        ("SELECT ? + ?", "SELECT $1 + $2", 2),
        ("SELECT :a + :b + :a", "SELECT $1 + $2 + $1", 2),
        ("SELECT %s, '?', \"?\"", "SELECT $1, '?', \"?\"", 1),
        ("SELECT %(x)s::int", "SELECT $1::int", 1),
        ("SELECT $2, $1", "SELECT $1, $2", 2),
        ("SELECT 1", "SELECT 1", 0),
    ],
)
def test_values_are_numbered(sql: str, text: str, count: int) -> None:
    assert numbered(sql, "$") == (text, count)


@pytest.mark.parametrize(
    ("sql", "one"),
    [
        ("SELECT 1", True),
        ("SELECT 1;", True),
        ("SELECT 1; -- done", True),
        ("SELECT ';', \"a;b\" /* ; */", True),
        ("SELECT 1; DROP TABLE t", False),
        ("; SELECT 1", False),
        ("", True),
    ],
)
def test_one_statement(sql: str, one: bool) -> None:
    assert is_one(sql) is one
