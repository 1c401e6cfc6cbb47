"""Sessions, accounts, limits and passwords in a target file: what cannot be is said."""

from pathlib import Path

import pytest

from gates.shell.config import ConfigError, read_target

GOOD = """
name = "shop"
[service]
start = ["serve", "{port}"]
[auth.login]
path = "/login"
body = { user = "a", password = "b" }
token = "/token"
[auth.refresh]
path = "/refresh"
body = { token = "{token}" }
token = "/refresh_token"
[auth.register]
path = "/accounts"
body = { user = "{name}", password = "{password}" }
identity = "admin"
[identities.admin]
body = { user = "root" }
[[throttles]]
operation = "login"
limit = 1
window_s = 0.5
per = "user"
[passwords]
database = "{state}/users.db"
query = "SELECT hash FROM users WHERE name = :name"
"""


def troubles(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    file = tmp_path / "gatescore.toml"
    file.write_text(text)
    try:
        read_target(file)
    except ConfigError as error:
        return [(problem.key, problem.message) for problem in error.problems]
    return []


def test_a_good_file_has_no_troubles(tmp_path: Path) -> None:
    assert troubles(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ('"{token}"', '"token"', "auth.refresh.body", "has {token} in none of its fields"),
        ('"/refresh_token"', '"refresh_token"', "auth.refresh.token", 'found "refresh_token"'),
        ('"/refresh"', '"refresh"', "auth.refresh.path", 'found "refresh"'),
        ('user = "{name}"', 'user = "x"', "auth.register.body", "has {name} in none of its fields"),
        (
            'password = "{password}"',
            'password = "x"',
            "auth.register.body",
            "has {password} in none of its fields",
        ),
        ('identity = "admin"', 'identity = "amin"', "auth.register.identity", 'found "amin"'),
        (
            'path = "/accounts"',
            'path = "/a"\nmethod = "post"',
            "auth.register.method",
            'found "post"',
        ),
        ("limit = 1", "limit = 0", "throttles[0].limit", "found 0"),
        ("window_s = 0.5", "window_s = 0", "throttles[0].window_s", "found 0"),
        ('per = "user"', 'per = "users"', "throttles[0].per", 'found "users"'),
        ("SELECT hash", "DELETE", "passwords.query", "does not start with SELECT"),
        ("{state}/users.db", "", "passwords.database", "is empty"),
        ("{state}/users.db", "mysql://h/d", "passwords.database", "found mysql://…"),
    ],
)
def test_what_cannot_be_is_named(
    tmp_path: Path, old: str, new: str, key: str, message: str
) -> None:
    assert GOOD.count(old) >= 1
    assert troubles(tmp_path, GOOD.replace(old, new)) == [(key, message)]


@pytest.mark.parametrize(
    "store", ["postgresql://localhost/x", "postgresql+psycopg://h/d", "users.db"]
)
def test_stores_that_can_be_read(tmp_path: Path, store: str) -> None:
    assert troubles(tmp_path, GOOD.replace("{state}/users.db", store)) == []


def test_the_state_is_of_a_service_that_we_start(tmp_path: Path) -> None:
    text = GOOD.replace('start = ["serve", "{port}"]', 'base_url = "http://127.0.0.1:9"')
    assert [key for key, _ in troubles(tmp_path, text)] == ["passwords.database"]
