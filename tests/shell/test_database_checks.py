"""What [database] of a target file says that cannot be."""

from typing import Any

import pytest

from gates.core.capacity import Database
from gates.core.target import Service, Target
from gates.shell.database_checks import troubles

STARTED = Service(start=("x", "{port}"), env={"OTEL_EXPORTER_OTLP_ENDPOINT": "{otlp}"})
SILENT = Service(start=("x", "{port}"))
THERE = Service(base_url="http://127.0.0.1:1")


def found(service: Service | None, **said: Any) -> list[str]:
    target = Target(name="x", service=service, database=Database(**said))
    return [".".join(str(part) for part in trouble.path) for trouble in troubles(target)]


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ({}, []),
        ({"url": "sqlite:{state}/x.db"}, []),
        ({"url": "postgresql://127.0.0.1/x"}, []),
        ({"url": "${DATABASE}"}, []),
        ({"url": "mysql://127.0.0.1/x"}, ["database.url"]),
        ({"sizes": (10, 100)}, []),
        ({"sizes": (10,)}, ["database.sizes"]),
        ({"sizes": (100, 10)}, ["database.sizes"]),
        ({"sizes": (10, 10)}, ["database.sizes"]),
        ({"sizes": (0, 10)}, ["database.sizes"]),
        ({"large_rows": 0}, ["database.large_rows"]),
        ({"grow": ("grow", "{rows}")}, []),
        ({"grow": ("grow",)}, ["database.grow"]),
    ],
)
def test_keys(said: dict[str, Any], keys: list[str]) -> None:
    assert found(STARTED, **said) == keys


@pytest.mark.parametrize(
    ("service", "wrong"), [(STARTED, False), (SILENT, True), (THERE, True), (None, True)]
)
def test_spans_need_a_service_that_is_told_where_they_go(
    service: Service | None, wrong: bool
) -> None:
    assert found(service, spans=True) == (["database.spans"] if wrong else [])


def test_no_database_is_no_trouble() -> None:
    assert list(troubles(Target(name="x"))) == []
