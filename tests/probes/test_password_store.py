"""The stored form of a password, read from a real PostgreSQL, and nothing written there."""

from collections.abc import Iterator

import pytest

from gates.probes._password_store import StoreError, stored
from tests import postgresql

QUERY = "SELECT hash FROM users WHERE name = :name"
MAKE = """
CREATE TABLE users (name text, hash text, raw bytea, salt text);
INSERT INTO users VALUES ('ada', '$2b$12$abc', '\\x00ff', NULL), ('bob', 'h%', '\\x6869', 's');
CREATE FUNCTION sneaky(text) RETURNS text LANGUAGE sql
    AS $$ INSERT INTO users VALUES ($1, 'x') RETURNING name $$;
"""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a database with two accounts."""
    import psycopg

    with postgresql.server() as origin:
        address = f"{origin}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(MAKE)
        yield address


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        (QUERY, "ada", "$2b$12$abc"),
        (QUERY, "nobody", None),
        (QUERY + " AND hash LIKE 'h%'", "bob", "h%"),
        ("SELECT raw FROM users WHERE name = :name", "ada", "00ff"),
        ("SELECT raw, salt FROM users WHERE name = :name", "bob", "hi:s"),
        ("SELECT hash::text FROM users WHERE name = lower(:name);", "ADA", "$2b$12$abc"),
    ],
)
def test_a_stored_form_is_read(database: str, query: str, name: str, found: str | None) -> None:
    assert stored(database, query, name, {}) == found


def test_the_words_of_other_programs_for_the_same_address(database: str) -> None:
    _, _, rest = database.partition("://")
    variables = {"DATABASE_URL": f"postgresql+asyncpg://{rest}"}
    assert stored("${DATABASE_URL}", QUERY, "ada", variables) == "$2b$12$abc"


def test_a_query_that_would_write_is_refused_by_the_server_too(database: str) -> None:
    with pytest.raises(StoreError, match="read-only transaction"):
        stored(database, "SELECT sneaky(:name)", "eve", {})
    assert stored(database, QUERY, "eve", {}) is None


def test_errors_are_one_line_without_the_address(database: str) -> None:
    with pytest.raises(StoreError) as caught:
        stored(
            database.replace("postgres", "none").replace("none", "postgresql", 1), QUERY, "a", {}
        )
    text = str(caught.value)
    assert text.startswith("passwords.database: ")
    assert "\n" not in text


@pytest.mark.parametrize(
    "host", ["192.0.2.7", "db.example.com", "127.0.0.1,192.0.2.7", "169.254.169.254"]
)
def test_other_machines_are_never_asked_p62(host: str) -> None:
    with pytest.raises(StoreError, match="is not this machine"):
        stored(f"postgresql://shop@{host}/shop", QUERY, "ada", {})


def test_an_address_may_not_hide_the_host_in_its_parameters() -> None:
    with pytest.raises(StoreError, match=r"192\.0\.2\.7 is not this machine"):
        stored("postgresql://localhost/shop?hostaddr=192.0.2.7", QUERY, "ada", {})


def test_an_address_may_not_come_from_elsewhere() -> None:
    with pytest.raises(StoreError, match="write out its host"):
        stored("postgresql:///shop?service=production", QUERY, "ada", {})
