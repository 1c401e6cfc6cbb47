"""Where master and workers meet, and what a plan says then."""

import pytest

from gates.core.hosts import WAIT_S, Meeting, is_here, leading, led, meeting
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import GatePolicy

POLICY = GatePolicy(level=2, title="t", tools=("locust",), criteria={})


def plan(**settings: object) -> Plan:
    gates = (
        PlannedGate(id="load", policy=POLICY, tools=("locust",), settings=settings),
        PlannedGate(id="lint", policy=POLICY, tools=("ruff",)),
        PlannedGate(id="idle", policy=POLICY, tools=("locust",), skipped="no service"),
    )
    return Plan(gates=gates, decisive_level=2, partial=False, pass_score=90, warn_score=75)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.0.0.1", Meeting(host="10.0.0.1", port=5557)),
        ("10.0.0.1:1", Meeting(host="10.0.0.1", port=1)),
        ("load-1.example:65535", Meeting(host="load-1.example", port=65535)),
    ],
)
def test_an_address_with_and_without_port(text: str, found: Meeting) -> None:
    assert meeting(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":5557",
        "a:",
        "a:0",
        "a:65536",
        "a:x",
        "a:1:2",
        "::1",
        "http://a",
        "a b",
        "a;b",
        "ä",
        "a/b",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: "):
        meeting(text)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.0.0.9", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("a", False),
    ],
)
def test_which_addresses_reach_no_further_than_this_machine(host: str, here: bool) -> None:
    assert is_here(host) is here


def test_only_gates_that_send_the_load_are_led() -> None:
    assert leading(plan().gates) == ("load",)
    load, lint, _ = led(plan(duration_s=5), 3, meeting("10.0.0.1")).gates
    assert load.settings == {
        "duration_s": 5,
        "workers": 3,
        "listen": "10.0.0.1:5557",
        "workers_wait_s": WAIT_S,
    }
    assert lint.settings == {}


def test_processes_of_this_machine_meet_by_themselves() -> None:
    assert led(plan(workers=9), 2, None).gates[0].settings == {"workers": 2}


def test_the_policy_says_how_long_workers_are_waited_for() -> None:
    told = led(plan(workers_wait_s=7), 2, meeting("10.0.0.1")).gates[0].settings
    assert told["workers_wait_s"] == 7
