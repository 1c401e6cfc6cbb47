"""Asks the health path of a service that has just started three times.

Input: base_url, health, ready_s (number or null), deadline_s.
"""

from typing import Any

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common
from gates.shell.network import NetworkError, request

TOOL = "smoke"
UNHEALTHY = "smoke.unhealthy"
_TIMES = 3


def measure(given: dict[str, Any]) -> ToolReport:
    """Healthy is a 2xx each time."""
    base_url, health = given["base_url"], given["health"]
    deadline_s = float(given.get("deadline_s", 10.0))
    seen = [_ask(base_url, health, deadline_s) for _ in range(_TIMES)]
    wrong = [words for words in seen if words]
    return ToolReport(
        tool=TOOL,
        examined=1,
        examined_unit="services",
        measurements={
            "smoke.healthy": Measurement(
                value=float(not wrong),
                detail=f"{_TIMES - len(wrong)} of {_TIMES} answers of {health} were 2xx",
            ),
            "smoke.ready_s": _ready(given.get("ready_s")),
        },
        findings=tuple(_finding(health, words) for words in dict.fromkeys(wrong)),
    )


def _ask(base_url: str, health: str, deadline_s: float) -> str:
    """Return what is wrong with one answer, "" if nothing is."""
    try:
        answer = request("GET", base_url + health, allow=(base_url,), deadline_s=deadline_s)
    except NetworkError as error:
        return error.kind.value
    return "" if 200 <= answer.status < 300 else f"status {answer.status}"


def _ready(seconds: float | None) -> Measurement:
    if seconds is None:
        return Measurement(value=None, why="the service was running already")
    return Measurement(value=float(seconds), detail="from start to the first healthy answer")


def _finding(health: str, words: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule=UNHEALTHY,
        severity=Severity.HIGH,
        message=f"GET {health}: found {words}; allowed: 2xx, {_TIMES} times in a row",
        fix="Answer the health path with 2xx from the moment the port is open.",
        reproduce=f'curl -si "$BASE_URL"{health}',
        context=words,
    )


if __name__ == "__main__":
    _common.run(measure)
