"""The adapter of the query probe: what it hands over, and to whom nothing."""

import json
from typing import Any

import pytest

from gates.core.capacity import Database
from gates.core.target import Service, Target
from gates.core.tool import Options
from gates.tools import queries as tool

SERVICE = Service(start=("x", "{port}"))
OPTIONS = Options(
    tree="/tree",
    output="/out",
    python="/ours/python",
    target_python="/theirs/python",
    base_url="http://127.0.0.1:4711",
    state="/state",
    spans="/spans",
)


def handed(**changes: Any) -> dict[str, Any]:
    target = Target(name="x", service=SERVICE, database=Database(url="sqlite:{state}/x.db"))
    options = OPTIONS
    (invocation,) = tool.commands(target, Options(**{**_fields(options), **changes}))
    assert "GATESCORE_START" in invocation.secrets
    found: dict[str, Any] = json.loads(next(iter(invocation.inputs.values())))
    return found


def _fields(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in options.__struct_fields__}


@pytest.mark.parametrize(
    "target",
    [
        Target(name="x"),
        Target(name="x", service=SERVICE),
        Target(name="x", database=Database()),
    ],
)
def test_nothing_is_run_without_a_service_or_a_database(target: Target) -> None:
    assert tool.commands(target, OPTIONS) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [("spans", "/spans"), ("port", 4711), ("state", "/state"), ("python", "/theirs/python")],
)
def test_what_is_handed_over(key: str, value: object) -> None:
    assert handed()[key] == value


@pytest.mark.parametrize(
    ("state", "url"), [("/state", "sqlite:/state/x.db"), ("", "sqlite:{state}/x.db")]
)
def test_the_state_folder_is_filled_in(state: str, url: str) -> None:
    assert handed(state=state)["database"]["url"] == url


@pytest.mark.parametrize(("settings", "asks"), [({}, 3), ({"asks": 2}, 2)])
def test_the_profile_says_how_often_is_asked(settings: dict[str, object], asks: int) -> None:
    assert handed(settings=settings)["asks"] == asks
