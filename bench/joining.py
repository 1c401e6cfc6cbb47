"""Joining and naming 100,000 findings of two tools that agree on half of them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import spread
from bench.results import Row
from gates.core.fingerprint import fingerprinted
from gates.core.joining import joined
from gates.core.model import Finding, Severity

ROUNDS = 7
FINDINGS = 100_000
FILES, RULES = 500, 60
ALIKE = 3  # findings with one rule, file and statement


def rows(_: Path) -> Iterator[Row]:
    """Measure."""
    found = findings()
    walls = [seconds(lambda: fingerprinted(joined(found).findings)) for _ in range(ROUNDS)]
    title = f"joining and fingerprinting {FINDINGS:,} findings"
    yield Row(what=title, unit="s", found=spread(walls), at_most=2.0)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def findings() -> tuple[Finding, ...]:
    """Pairs of one defect by ruff and by bandit, and as many that nobody else sees."""
    pairs = FINDINGS // 4
    one = (finding("ruff", f"S{100 + n % RULES}", n) for n in range(pairs))
    two = (finding("bandit", f"B{100 + n % RULES}", n) for n in range(pairs))
    alone = (finding("ruff", f"F{100 + n % RULES}", n) for n in range(FINDINGS - 2 * pairs))
    return (*one, *two, *alone)


def finding(tool: str, rule: str, number: int) -> Finding:
    """One finding as tools word them."""
    place = number // ALIKE
    return Finding(
        tool=tool,
        rule=rule,
        severity=Severity.MEDIUM,
        message=f"Argument {number} to `find_{place % 97}` may come from outside",
        path=f"src/shop/part_{place % 50}/module_{place % FILES}.py",
        line=1 + number % 900,
        context=f"Part.method_{place}|result=find_{place % 97}items[{place}]limit={place % 13}",
        url="https://docs.example.org/rules/",
        fix="Check it first.",
        metric="security.medium",
    )
