"""The JSON scorecard: the same bytes for the same scorecard, and every reader can read it."""

import json

import msgspec
import pytest

from gates.core.model import Scorecard
from reports.json_report import render
from tests.reports import samples
from tests.reports.hostile import PAYLOADS, poisoned, rich


def test_every_sample_comes_back_as_it_was() -> None:
    for card in (samples.passing(), samples.inconclusive(), samples.unfinished(), rich()):
        assert msgspec.json.decode(render(card), type=Scorecard) == card


def test_keys_are_sorted_and_the_file_ends_with_a_line_break() -> None:
    text = render(samples.failing()).decode()
    assert text.endswith("}\n")
    assert json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False) + "\n" == text


def test_the_order_of_mappings_does_not_matter_p32() -> None:
    card = samples.passing()
    run = card.run
    turned = dict(reversed(run.durations_s.items()))
    other = msgspec.structs.replace(card, run=msgspec.structs.replace(run, durations_s=turned))
    assert render(other) == render(card)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_know_is_null(value: float) -> None:
    raw = render(msgspec.structs.replace(samples.passing(), score=value))
    assert json.loads(raw, parse_constant=pytest.fail)["score"] is None


def test_lone_surrogates_become_text_b10() -> None:
    card = msgspec.structs.replace(samples.passing(), decided_by="a\ud800b", next_steps=("\udfff",))
    raw = render(card)
    assert raw.decode("utf-8", "strict")
    back = msgspec.json.decode(raw, type=Scorecard)
    assert back.decided_by == "a\\ud800b"
    assert back.next_steps == ("\\udfff",)


def test_what_a_terminal_acts_on_is_an_escape_and_comes_back() -> None:
    text = "\x1b]0;x\x07\x7f\x9b31m\xad\u061c\u200b\u202e\u2066\ufeff\u2028é日"
    raw = render(msgspec.structs.replace(samples.passing(), decided_by=text))
    assert msgspec.json.decode(raw, type=Scorecard).decided_by == text
    assert all(letter in "\n" or letter.isprintable() for letter in raw.decode())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_any_text_gives_a_readable_file(payload: str) -> None:
    back = msgspec.json.decode(render(poisoned(rich(), payload)), type=Scorecard)
    assert len(back.gates) == len(rich().gates)
