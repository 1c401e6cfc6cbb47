"""The migration probe and its adapter, as the runner runs them, on SQLite and PostgreSQL."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates.core.capacity import Database
from gates.core.model import ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ToolOutput
from gates.probes._scratch_database import led
from gates.tools import migrations as tool

PROGRAM = Path(__file__).with_name("migrate.py")
SECRET = "Aa1-secret-of-this-run"  # pragma: allowlist secret
FILE = {"env": {"SHOP_FILE": "{state}/shop.db"}}
CASES = [
    ("good", []),
    ("no-up", ["migration-up"]),
    ("no-down", ["migration-down"]),
    ("idle", ["migration-idle"]),
    ("left", ["migration-again"]),
    ("other", ["migration-changed"]),
    ("rows", []),
]
Look = Callable[..., ToolReport]


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Look:
    """Run the adapter with migrations of a mode; keyword arguments are those of [service]."""

    def run(mode: str, url: str = "sqlite:{state}/shop.db", **service: Any) -> ToolReport:
        tree, output = tmp_path / "tree", tmp_path / "output"
        tree.mkdir()
        output.mkdir()
        shutil.copy(PROGRAM, tree)
        command = ("{python}", "migrate.py")
        said = {
            "start": ("serve",),
            "migrate": (*command, "up", mode),
            "migrate_down": (*command, "down", mode),
            "env_generate": ("SHOP_SECRET",),
            **service,
        }
        target = Target(name="shop", service=Service(**said), database=Database(url=url))
        options = Options(tree=str(tree), output=str(output), python=sys.executable)
        (invocation,) = tool.commands(target, options)
        around = {"env": {"PATH": "/usr/bin:/bin"}, "variables": {"SHOP_SECRET": SECRET}}
        done = run_probe(invocation, GATESCORE_START=json.dumps(around))
        assert SECRET.encode() not in done.stdout + done.stderr
        assert [file.name for file in output.iterdir()] == ["input.json"]
        return tool.parse((done,))

    return run


def rules(report: ToolReport) -> list[str]:
    failures = report.measurements["database.migration_failures"]
    assert failures.value == len(report.findings)
    return [finding.rule.partition(".")[2] for finding in report.findings]


@pytest.mark.parametrize(("mode", "expected"), CASES)
def test_migrations_of_a_file(look: Look, mode: str, expected: list[str]) -> None:
    assert rules(look(mode, **FILE)) == expected


@pytest.mark.parametrize(("mode", "expected"), [CASES[n] for n in (0, 1, 4, 5)])
def test_migrations_of_a_server_leave_its_own_database_alone(
    look: Look, database: Callable[[str], str], mode: str, expected: list[str]
) -> None:
    import psycopg

    address = database("CREATE TABLE notes (id INTEGER PRIMARY KEY, body text)")
    own = address.replace("postgresql://", "postgresql+psycopg://").replace(
        "127.0.0.1", "localhost"
    )
    plain = own.replace("+psycopg", "")
    report = look(mode, url=address, env={"SHOP_URL": plain})
    assert rules(report) == expected
    with psycopg.connect(address) as connection:
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        assert connection.execute(names).fetchall() == [("notes",)]
        left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'gatescore%'"
        assert connection.execute(left).fetchone() == (0,)


def test_what_differs_and_what_was_said_is_told(look: Look) -> None:
    (finding,) = look("other", **FILE).findings
    assert "users: email TEXT" in finding.message
    assert finding.context == "database.migration-changed"


def test_the_words_of_a_command_that_fails_are_told(look: Look) -> None:
    (finding,) = look("no-up", **FILE).findings
    assert finding.message == (
        "up on an empty database fails: service.migrate exited with 1: "
        "no such table: users, in {state}/shop.db"
    )


@pytest.mark.parametrize(
    ("mode", "url", "service", "why"),
    [
        ("good", "sqlite:{state}/shop.db", {"migrate": ()}, "service.migrate"),
        ("good", "sqlite:{state}/shop.db", {"migrate_down": ()}, "service.migrate_down"),
        ("good", "sqlite:{state}/shop.db", {"start": (), "base_url": "http://x"}, "not ours"),
        ("good", "", {}, "no database.url"),
        ("good", "sqlite:/srv/shop.db", {}, "no {state}"),
        ("good", "sqlite:{state}/other.db", {}, "no file other.db"),
        ("good", "postgresql://shop@192.0.2.7/shop", {}, "not this machine"),
    ],
)
def test_what_cannot_be_tried_without_harm_has_no_number(
    look: Look, mode: str, url: str, service: dict[str, Any], why: str
) -> None:
    found = look(mode, url=url, **{**FILE, **service}).measurements["database.migration_failures"]
    assert found.value is None
    assert why in found.why


def test_commands_that_cannot_be_led_elsewhere_are_not_run(
    look: Look, database: Callable[[str], str]
) -> None:
    found = look("good", url=database(""), **FILE).measurements["database.migration_failures"]
    assert found.value is None
    assert "no variable of the service holds this address" in found.why


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("A", "postgresql://u:p@127.0.0.1:5432/shop?sslmode=disable", True),
        ("A", "postgres+asyncpg://u@localhost/shop", True),
        ("A", "postgresql://u@localhost:5433/shop", False),
        ("A", "postgresql://u@localhost/shopping", False),
        ("PGDATABASE", "shop", True),
        ("SHOP_DB_NAME", "shop", True),
        ("SHOP_DB", "shops", False),
        ("SHOP", "shop", False),
    ],
)
def test_variables_that_name_the_database_are_led(
    variable: str, value: str, expected: bool
) -> None:
    found = led({variable: value}, "postgresql://shop@localhost:5432/shop", "empty")
    assert bool(found) is expected
    if found and "://" in value:
        assert found[variable].partition("?")[0] == value.partition("?")[0].replace(
            "/shop", "/empty"
        )
        assert found[variable].partition("?")[2] == value.partition("?")[2]
