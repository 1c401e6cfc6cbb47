"""GitLab Code Quality: its keys, its severities, no two entries of one fingerprint."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given

from gates.core.model import Scorecard, Severity, TargetState
from reports.gitlab_report import MOST, render
from tests.reports import adopted_samples, many, samples
from tests.reports.hostile import rich
from tests.reports.unruly import FEW, cards, harmless

# https://docs.gitlab.com/ci/testing/code_quality: what the merge request reads.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def entries(card: Scorecard) -> list[Any]:
    data = render(card)
    assert not data.startswith(b"\xef\xbb\xbf")
    found: list[Any] = json.loads(data.decode("utf-8", "strict"))
    jsonschema.validate(found, SCHEMA)
    names = [each["fingerprint"] for each in found]
    assert len(set(names)) == len(names)
    return found


def one(**more: object) -> Any:
    (found,) = entries(many.card(many.gate("ruff", 1, **more)))
    return found


@pytest.mark.parametrize(
    ("severity", "word"),
    [
        (Severity.CRITICAL, "blocker"),
        (Severity.HIGH, "critical"),
        (Severity.MEDIUM, "major"),
        (Severity.LOW, "minor"),
        (Severity.INFO, "info"),
    ],
)
def test_an_entry(severity: Severity, word: str) -> None:
    assert one(severity=severity, line=7) == {
        "description": "Argument 0 has an incompatible type",
        "check_name": "ruff: R0",
        "fingerprint": "0" * 16,
        "severity": word,
        "location": {"path": "src/shop/module_0.py", "lines": {"begin": 7}},
    }


def test_every_finding_is_in_it_the_excused_ones_as_info_with_why() -> None:
    card = adopted_samples.adopted()
    found = entries(card)
    every = [each for gate in card.gates for each in gate.findings]
    assert len(found) >= len(every)
    told = [each for each in found if each["description"].startswith(("waived by", "known:"))]
    assert len(told) == sum(each.excused for each in every)
    assert {each["severity"] for each in told} == {"info"}


def test_one_fingerprint_twice_becomes_two_that_stay() -> None:
    card = many.card(many.gate("ruff", 3, fingerprint="same"))
    names = [each["fingerprint"] for each in entries(card)]
    assert names[0] == "same"
    assert names == [each["fingerprint"] for each in entries(card)]


def test_without_a_fingerprint_what_it_says_is_its_name() -> None:
    assert one(fingerprint="")["fingerprint"] != one(fingerprint="", message="m")["fingerprint"]


def test_what_is_in_no_file_is_shown_at_the_target_file_b49() -> None:
    outside = one(path="/etc/passwd", label="outside-repo")
    assert outside["location"] == {"path": "gatescore.toml", "lines": {"begin": 1}}
    assert outside["description"].startswith("outside-repo: /etc/passwd: ")
    target = TargetState(name="shop", revision="r", dirty=False, folder="services/shop")
    (nowhere,) = entries(many.card(many.gate("ruff", 1, path=""), target=target))
    assert nowhere["location"]["path"] == "services/shop/gatescore.toml"


def test_what_could_not_be_judged_and_what_failed_without_a_finding_are_entries() -> None:
    told = {each["check_name"]: each for each in entries(samples.inconclusive())}
    assert told["gatescore: gate dependencies"]["severity"] == "blocker"
    assert "headers is NOT_RUN" in told["gatescore: gate headers"]["description"]
    told = {each["check_name"]: each for each in entries(samples.failing())}
    assert "load.p99: 215.712" in told["gatescore: gate load"]["description"]
    assert "gatescore: gate lint" not in told


def test_the_worst_are_kept_and_the_rest_is_counted() -> None:
    found = entries(many.card(many.gate("ruff", MOST + 10, state=None)))
    assert len(found) == MOST + 1
    assert found[0]["severity"] == "blocker"
    assert found[-1]["description"] == "10 more findings: see scorecard.json"


@given(cards())
@FEW
def test_any_text_gives_a_valid_list(card: Scorecard) -> None:
    for entry in entries(card):
        assert harmless(entry["description"] + entry["location"]["path"])
        assert len(entry["description"]) < 20_000


def test_a_message_of_ten_megabytes_is_cut_b48() -> None:
    card = many.card(many.gate("ruff", 1, message="x" * 10_000_000))
    assert len(render(card)) < 10_000


def test_the_same_scorecard_gives_the_same_bytes_p32() -> None:
    card = msgspec.structs.replace(rich())
    assert render(card) == render(rich())
