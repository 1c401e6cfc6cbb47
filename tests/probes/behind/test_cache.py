"""The cache probe and its adapter, as the runner runs them: Redis itself, and counters."""

import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from gates.core.capacity import Cache, Load, LoadOperation
from gates.core.model import Measurement, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ToolOutput
from gates.probes.cache import Counted, share
from gates.tools import cache as tool

Look = Callable[..., ToolReport]
COUNTERS = {"hits_metric": "cache_hits_total", "misses_metric": "cache_misses_total"}


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Look:
    """Run the adapter on a service at an origin; keyword arguments are those of [cache]."""

    def run(origin: str, most: int = 200, **said: str) -> ToolReport:
        target = Target(
            name="shop",
            service=Service(base_url=origin),
            load=Load(rate=5.0, operations=(LoadOperation(path="/a"), LoadOperation(path="/b"))),
            cache=Cache(**said),
        )
        options = Options(
            tree=str(tmp_path),
            output=str(tmp_path),
            python=sys.executable,
            base_url=origin,
            settings={"most_reads": most, "reads_s": 20.0},
        )
        (invocation,) = tool.commands(target, options)
        variables = '{"REDIS_URL": "redis://127.0.0.1:1/0"}'
        return tool.parse((run_probe(invocation, GATESCORE_VARIABLES=variables),))

    return run


def hit(report: ToolReport) -> Measurement:
    return report.measurements["cache.hit_percent"]


@pytest.mark.parametrize(
    ("every", "percent", "rules"),
    [("10", 90.0, []), ("4", 75.0, []), ("1", 0.0, ["cache.never-hit"])],
)
def test_the_share_of_hits_comes_from_the_counters(
    look: Look, shop: Callable[..., str], every: str, percent: float, rules: list[str]
) -> None:
    report = look(shop(f"cache={every}"), **COUNTERS)
    assert hit(report).value == pytest.approx(percent, abs=1.0)
    assert hit(report).samples == 200
    assert [finding.rule for finding in report.findings] == rules


def test_the_end_of_a_limit_is_awaited(look: Look, shop: Callable[..., str]) -> None:
    assert hit(look(shop("cache=4", "busy=3"), **COUNTERS)).value == pytest.approx(75.0, abs=1.0)


def test_the_share_of_hits_comes_from_redis_itself(
    look: Look, shop: Callable[..., str], redis: str
) -> None:
    where = redis.rpartition("@")[2].partition("/")[0]
    password = unquote(redis.partition("//:")[2].partition("@")[0])
    report = look(shop(f"redis={where}/{password}"), redis=redis)
    # Each read was asked once before the counting, so that it was there.
    assert hit(report).value == 100.0
    assert hit(report).samples == 200


@pytest.mark.parametrize(
    ("words", "said", "why"),
    [
        ((), {}, "cache.redis"),
        ((), {"hits_metric": "cache_hits_total"}, "cache.misses_metric"),
        ((), {"hits_metric": "x", "misses_metric": "y"}, "have neither x nor y"),
        ((), COUNTERS, "0 lookups"),
        ((), {"redis": "${REDIS_URL}"}, "cannot be asked"),
        ((), {"redis": "${GONE}"}, "GONE is not set"),
        ((), {"redis": "redis://192.0.2.7/0"}, "192.0.2.7 is not this machine"),
        (("quiet",), COUNTERS, "have neither"),
    ],
)
def test_a_cache_that_cannot_be_seen_has_no_number(
    look: Look, shop: Callable[..., str], words: tuple[str, ...], said: dict[str, str], why: str
) -> None:
    found = hit(look(shop(*words), **said))
    assert found.value is None
    assert why in found.why


def test_a_wrong_password_is_told_without_it(
    look: Look, shop: Callable[..., str], redis: str
) -> None:
    found = hit(look(shop(), redis=redis.replace("sesame", "barley")))
    assert found.value is None
    assert found.why.startswith("cache.redis: answers ")
    assert "barley" not in found.why


@pytest.mark.parametrize(
    ("hits", "misses", "value", "why"),
    [
        (79, 20, None, "at least 100"),
        (80, 20, 80.0, ""),
        (100, 0, 100.0, ""),
        (0, 100, 0.0, ""),
        (-1, 500, None, "went back"),
        (500, -1, None, "went back"),
    ],
)
def test_the_share_of_what_was_added(hits: int, misses: int, value: float | None, why: str) -> None:
    before = Counted(hits=1000, misses=1000)
    found = share(before, Counted(hits=1000 + hits, misses=1000 + misses), 100, 2)
    assert found.value == value
    assert why in found.why
