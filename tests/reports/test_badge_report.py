"""The badge: the schema of shields.io, and never the colour of a verdict that counts no more."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given

from gates.core.model import Scorecard, Verdict
from reports.badge_report import render
from tests.reports import samples
from tests.reports.unruly import FEW, cards

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
# https://shields.io/badges/endpoint-badge: these keys and no others.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schemaVersion", "label", "message"],
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["brightgreen", "yellow", "orange", "red", "lightgrey"]},
        "isError": {"type": "boolean"},
        "cacheSeconds": {"type": "integer", "minimum": 300},
    },
}


def shown(card: Scorecard, now: datetime = NOW) -> Any:
    found = json.loads(render(card, now))
    jsonschema.validate(found, SCHEMA)
    return found


def of(verdict: Verdict, **more: object) -> Scorecard:
    fields = {"verdict": verdict, "valid_until": "2026-05-05T14:00:00Z", "score": 97.5}
    return msgspec.structs.replace(samples.passing(), **(fields | more))


@pytest.mark.parametrize(
    ("verdict", "message", "colour", "error"),
    [
        (Verdict.PASS, "pass 97.5 %, until 2026-05-05", "brightgreen", False),
        (Verdict.WARN, "warn 97.5 %, until 2026-05-05", "yellow", False),
        (Verdict.FAIL, "fail 97.5 %, until 2026-05-05", "red", True),
        (Verdict.INCONCLUSIVE, "inconclusive 97.5 %, until 2026-05-05", "orange", True),
    ],
)
def test_each_verdict(verdict: Verdict, message: str, colour: str, error: bool) -> None:
    found = shown(of(verdict))
    assert (found["message"], found["color"], found["isError"]) == (message, colour, error)
    assert found["label"] == "bookstore"


@pytest.mark.parametrize(
    ("late", "is_stale"),
    [(timedelta(0), False), (timedelta(seconds=1), True), (timedelta(hours=14), True)],
)
def test_what_is_older_than_it_holds_is_stale_p52(late: timedelta, is_stale: bool) -> None:
    card = of(Verdict.PASS)
    found = shown(card, datetime(2026, 5, 5, 14, tzinfo=UTC) + late)
    stale = {"message": "stale", "color": "lightgrey", "isError": True}
    assert (stale.items() <= found.items()) is is_stale


@pytest.mark.parametrize("until", ["", "soon", "2026-05-05"])
def test_what_holds_until_no_known_time_is_stale(until: str) -> None:
    assert shown(of(Verdict.PASS, valid_until=until))["message"] == "stale"


def test_a_run_that_is_not_whole_has_no_colour_of_a_verdict() -> None:
    partial = shown(of(Verdict.PASS, partial=True))
    assert (partial["color"], partial["message"]) == (
        "lightgrey",
        "pass 97.5 % of some gates, until 2026-05-05",
    )
    unfinished = shown(of(Verdict.PASS, complete=False))
    assert (unfinished["message"], unfinished["isError"]) == ("incomplete", True)


def test_without_a_score_and_without_a_name() -> None:
    card = of(Verdict.PASS, score=None)
    card = msgspec.structs.replace(card, target=msgspec.structs.replace(card.target, name=" "))
    found = shown(card)
    assert (found["label"], found["message"]) == ("gatescore", "pass, until 2026-05-05")


@given(cards())
@FEW
def test_any_text_gives_a_badge(card: Scorecard) -> None:
    assert len(shown(card)["label"]) < 200
