"""Services for the tests of the site: a month of nights in which things happened, and others."""

import random
from collections.abc import Iterator
from datetime import timedelta

from reports.recorded import Recorded, Term, Terms
from reports.site_story import Service, service
from tests.reports.lines import COMMIT, NOON, run

NOW = NOON + timedelta(days=40, hours=3)
TERMS: Terms = {
    "load.p95": Term("load", "<= 200", "ms", "p95 of the response time"),
    "tests.coverage": Term("tests", ">= 80", "%", "Coverage"),
}
GATES = ("lint", "types", "security", "tests", "contract", "load", "headers", "dependencies")
MISSING, KILLED, UNKNOWN, FLIPS = 33, 36, 38, (29, 30, 31)


def night(number: int) -> Recorded:
    """One night: latency rises, a gate breaks for three nights, another flips at one commit."""
    chance = random.Random(number)
    gates = dict.fromkeys(GATES, "PASS")
    gates |= {"contract": "FAIL"} if number in (20, 21, 22) else {}
    gates |= {"load": "FAIL"} if number == FLIPS[1] else {}
    gates |= {"dependencies": "ERROR"} if number == UNKNOWN else {}
    gates |= {"headers": "WARN"} if number > 34 else {}
    there = set(gates.values())
    order = (("FAIL", "FAIL"), ("ERROR", "INCONCLUSIVE"), ("WARN", "WARN"))
    verdict = next((word for state, word in order if state in there), "PASS")
    latency = 100 + 2.2 * number + chance.uniform(-3, 3)
    return run(
        number,
        gates=gates,
        verdict=verdict,
        levels={"1": "PASS", "2": verdict, "3": verdict},
        score=100 - 4 * sum(one in ("FAIL", "ERROR") for one in gates.values()),
        values={"load.p95": latency, "tests.coverage": 91 + chance.uniform(-0.3, 0.3)},
        **({"revision": COMMIT} if number in FLIPS else {}),
    )


def killed(number: int) -> Recorded:
    """A night that never ended."""
    more = {"gates": {}, "values": {}, "score": None, "ended_at": "", "verdict": "INCONCLUSIVE"}
    return run(number, digest=f"open:{number:032x}", complete=False, **more)


def nights() -> Iterator[Recorded]:
    """Forty-one nights, but for one."""
    for number in range(41):
        if number != MISSING:
            yield killed(number) if number == KILLED else night(number)


def branch() -> Iterator[Recorded]:
    """Runs of a change, red at first."""
    for number in range(12):
        verdict = "FAIL" if number < 5 else "PASS"
        more = {"verdict": verdict, "level": 2, "branch": "feature/checkout", "profile": "ci"}
        yield run(100 + number, days=25 + number * 1.2, **more)


def orders() -> Service:
    """A service to which everything happened."""
    runs = sorted([*nights(), *branch()], key=lambda one: one.started_at)
    return service("orders", runs, TERMS, NOW, "team-checkout")


def every() -> tuple[Service, ...]:
    """Services of every kind: busy, failing, stale, young, and empty."""
    red = {"verdict": "FAIL", "gates": {"lint": "FAIL"}, "score": 71.5}
    return (
        orders(),
        service("search", [run(n, **red) for n in range(36, 41)], {}, NOW),
        service("billing-of-everything-else", [run(n) for n in range(30)], {}, NOW, "payments"),
        service("inventory", [run(n, profile="local") for n in range(38, 41)], {}, NOW),
        service("empty", [], {}, NOW),
    )
