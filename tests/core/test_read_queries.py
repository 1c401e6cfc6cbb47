"""Queries that only read, and those that might not."""

import pytest

from gates.core.read_queries import flaw, with_percent


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT a FROM b WHERE c = :name", ""),
        ("select a from b where c = lower(:name);", ""),
        ("WITH x AS (SELECT 1) SELECT a FROM b WHERE c = :name", ""),
        ("SELECT a FROM b WHERE c = :name AND d <> 'drop; delete'", ""),
        ("SELECT a::text FROM b WHERE c = :name -- delete", ""),
        ("SELECT updated_at FROM b WHERE c = :name", ""),
        ("DELETE FROM b WHERE c = :name", "does not start"),
        ("", "does not start"),
        ("SELECT a FROM b WHERE c = :name; DROP TABLE b", "more than one"),
        ("SELECT a INTO x FROM b WHERE c = :name", "INTO"),
        ("WITH x AS (DELETE FROM b RETURNING a) SELECT a FROM x WHERE a = :name", "DELETE"),
        ("SELECT a FROM b", "does not use :name"),
        ("SELECT a FROM b WHERE c = ':name'", "does not use :name"),
        ("SELECT a FROM b WHERE c::name = 1", "does not use :name"),
    ],
)
def test_flaws(query: str, word: str) -> None:
    assert word in flaw(query)
    assert bool(word) == bool(flaw(query))


def test_the_style_of_psycopg() -> None:
    found = with_percent("SELECT a::name FROM b WHERE c = :name AND d LIKE 'x%'")
    assert found == "SELECT a::name FROM b WHERE c = %(name)s AND d LIKE 'x%%'"
