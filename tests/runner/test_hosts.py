"""Options of a load from several machines that cannot be, and what is said of each."""

import argparse
from collections.abc import Sequence

import pytest

from gates.commands import run as command
from gates.core.capacity import Load
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import GatePolicy
from gates.core.target import Service, Target
from gates.runner.hosts import TOKEN, HostsError, refuse_beside_worker, with_hosts, work

POLICY = GatePolicy(level=2, title="t", tools=("locust",), criteria={})
AWAY = "http://10.0.0.7:80"


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(list(words))


def planned(
    *words: str, tool: str = "locust", base_url: str = AWAY, token: str = "t", **load: str
) -> Plan:
    gates = (PlannedGate(id="load", policy=POLICY, tools=(tool,)),)
    plan = Plan(gates=gates, decisive_level=2, partial=False, pass_score=90, warn_score=75)
    service = Service(base_url=base_url) if base_url else Service(start=("a", "{port}"))
    target = Target(name="t", service=service, load=Load(rate=9, **load))
    return with_hosts(plan, target, arguments(words), {TOKEN: token} if token else {})


def test_a_run_that_asks_for_no_workers_is_as_it_was() -> None:
    assert planned().gates[0].settings == {}


def test_workers_of_this_machine_need_nothing_else() -> None:
    assert planned("--load-workers", "2", base_url="", token="").gates[0].settings == {"workers": 2}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000"])
def test_workers_that_meet_on_this_machine_need_no_token(host: str) -> None:
    made = planned("--load-master", host, "--load-workers", "1", base_url="", token="")
    assert str(made.gates[0].settings["listen"]).startswith(host)


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("--load-master", "10.0.0.1"), {}, "needs --load-workers N"),
        (("--load-workers", "0"), {}, "found 0; allowed: 1 or more"),
        (("--load-workers", "2"), {"locustfile": "a.py"}, "load.locustfile is run by one process"),
        (("--load-workers", "2"), {"tool": "ruff"}, "no gate of this run sends the load"),
        (("--load-master", "a b", "--load-workers", "2"), {}, "--load-master: found 'a b'"),
        (
            ("--load-master", "10.0.0.1", "--load-workers", "2"),
            {"base_url": ""},
            "do not reach a service of this machine alone",
        ),
        (
            ("--load-master", "10.0.0.1", "--load-workers", "2"),
            {"base_url": "http://127.0.0.1:80"},
            "do not reach a service of this machine alone",
        ),
        (
            ("--load-master", "10.0.0.1", "--load-workers", "2"),
            {"token": ""},
            "GATESCORE_LOAD_TOKEN is not set",
        ),
    ],
)
def test_what_cannot_be_is_said(words: tuple[str, ...], given: dict[str, str], said: str) -> None:
    with pytest.raises(HostsError) as caught:
        planned(*words, **given)  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_a_master_with_all_it_needs() -> None:
    made = planned("--load-master", "10.0.0.1", "--load-workers", "2")
    assert made.gates[0].settings["listen"] == "10.0.0.1:5557"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (("shop",), "remove TARGET"),
        (("--gate", "load"), "remove --gate"),
        (("--load-workers", "2"), "remove --load-workers"),
        (("--fresh",), "remove --fresh"),
    ],
)
def test_a_worker_takes_everything_from_its_master(word: tuple[str, ...], said: str) -> None:
    with pytest.raises(HostsError, match=said):
        refuse_beside_worker(arguments(("--load-worker", "10.0.0.1", *word)))


def test_a_worker_of_another_machine_is_told_what_it_may_load() -> None:
    with pytest.raises(HostsError, match="name what may be loaded: --i-own-this-target ORIGIN"):
        work(arguments(("--load-worker", "10.0.0.1")), print)
