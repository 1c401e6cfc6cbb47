"""Two kinds of refused logins: told apart by status, body or time, or not at all."""

import json
from typing import Any

import pytest

from gates.core.telling_apart import Reply, by_body, by_status, by_time


def reply(user: str, body: Any, status: int = 401) -> Reply:
    return Reply(user=user, status=status, body=body if isinstance(body, str) else json.dumps(body))


def kinds(known: list[Any], unknown: list[Any]) -> tuple[list[Reply], list[Reply]]:
    return (
        [reply("ada", one) for one in known],
        [reply(f"nobody-{n}", one) for n, one in enumerate(unknown)],
    )


@pytest.mark.parametrize(
    ("known", "unknown", "paths"),
    [
        ([{"e": "no"}, {"e": "no"}], [{"e": "no"}, {"e": "no"}], ()),
        ([{"id": "1"}, {"id": "2"}], [{"id": "3"}, {"id": "4"}], ()),
        ([{"u": "ada"}, {"u": "ada"}], [{"u": "nobody-0"}, {"u": "nobody-1"}], ()),
        ([{"e": "x"}, {"e": "x"}], [{"e": "y"}, {"e": "y"}], ("/e",)),
        ([{"left": 4}, {"left": 3}], [{}, {}], ("/left",)),
        ([{"a": 1, "id": 5}, {"a": 1, "id": 6}], [{"a": 1}, {"a": 1, "id": 7}], ()),
        (["wrong", "wrong"], ["no user nobody-0", "no user nobody-1"], ("body",)),
        (["no ada", "no ada"], ["no nobody-0", "no nobody-1"], ()),
        ([{"e": "x"}], [{"e": "y"}], ()),  # one of each: what varies anyway is not known
    ],
)
def test_bodies(known: list[Any], unknown: list[Any], paths: tuple[str, ...]) -> None:
    assert by_body(*kinds(known, unknown)) == paths


@pytest.mark.parametrize(
    ("known", "unknown", "found"),
    [
        ((401, 401), (401, 401), None),
        ((401, 401), (404, 404), (401, 404)),
        ((401, 500), (404, 404), None),
    ],
)
def test_statuses(
    known: tuple[int, ...], unknown: tuple[int, ...], found: tuple[int, int] | None
) -> None:
    first = [reply("a", "", status) for status in known]
    second = [reply("b", "", status) for status in unknown]
    assert by_status(first, second) == found


@pytest.mark.parametrize(
    ("known", "unknown", "told"),
    [
        ([50.0] * 6, [39.0] * 6, True),
        ([50.0] * 6, [41.0] * 6, False),  # 9 ms are less than 10
        ([39.0] * 6, [50.0] * 6, True),
        ([50.0, 50, 50, 50, 50, 45], [39.0] * 6, False),  # one of six does not agree
        ([50.0, 90, 20, 70, 10, 95], [39.0] * 6, False),
        ([5.0] * 15, [5.0] * 15, False),
    ],
)
def test_times(known: list[float], unknown: list[float], told: bool) -> None:
    gap = by_time(list(zip(known, unknown, strict=True)))
    assert gap
    assert gap.told is told


def test_one_odd_pair_of_fifteen_does_not_hide_a_gap_and_makes_none() -> None:
    """The interval of the sign test: the fourth value from both ends of fifteen."""
    pairs = [(60.0, 20.0)] * 14 + [(20.0, 60.0)]
    gap = by_time(pairs)
    assert gap
    assert (gap.told, gap.low_ms, gap.high_ms) == (True, 40.0, 40.0)
    assert not by_time([(20.0, 20.0)] * 14 + [(500.0, 20.0)]).told  # type: ignore[union-attr]


def test_few_pairs_say_nothing() -> None:
    assert by_time([(50.0, 1.0)] * 5) is None
