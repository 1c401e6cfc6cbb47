"""Whole runs against services that are against us: no gate passes on what it could not see."""

import socket
from pathlib import Path

import pytest

from tests.faults.cli import FAULTS, Completed, Place, service

CONTRARY = FAULTS / "programs" / "contrary.py"
PROBES = ("api-design", "auth", "authorization", "errors", "headers", "injection", "rate-limit")
PEOPLE = """
[openapi]
path = "/openapi.json"
[auth.login]
path = "/login"
body = { name = "ann", password = "${ANN}" }
token = "/token"
[identities.bob]
body = { name = "bob", password = "${BOB}" }
"""


def judged(place: Place, mood: str, *more: str, gates: tuple[str, ...] = PROBES) -> Completed:
    """These gates of the standard policy, on the service in this mood."""
    keys = {"health": "/health", "env_from": ["ANN", "BOB"]}
    target = place.target(service(CONTRARY, "{port}", mood, *more, **keys) + PEOPLE)
    named = [word for gate in gates for word in ("--gate", gate)]
    env = {"ANN": "pw-of-ann-1", "BOB": "pw-of-bob-2"}
    return place.run("run", target, "--fresh", *named, env=env)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_p62_b30_b41_no_gate_goes_where_the_service_sends_it(place: Place, host: str) -> None:
    """Its document and each of its answers name another port and another loopback address."""
    with socket.create_server((host, 0)) as stranger:
        stranger.setblocking(False)
        origin = f"http://{host}:{stranger.getsockname()[1]}"
        more = ("contract",) if host == "127.0.0.2" else ()
        done = judged(place, "redirects", origin, gates=(*PROBES, *more))
        with pytest.raises(BlockingIOError):
            stranger.accept()
    assert "PASS" not in done.statuses.values()
    assert done.statuses["authorization"] == "ERROR metric-missing"
    assert done.statuses.get("contract", "FAIL") == "FAIL"


def test_a_service_that_answers_everything_200_passes_no_probe(place: Place) -> None:
    """Where every answer is the same nothing is told: not that a deletion had no effect either."""
    done = judged(place, "everything")
    assert "PASS" not in done.statuses.values()
    assert done.statuses["auth"] == "FAIL"
    assert done.statuses["authorization"] == "ERROR metric-missing"
    assert done.statuses["injection"] == "ERROR metric-missing"


def test_p38_an_operation_that_takes_the_service_down_is_named_by_the_gate(place: Place) -> None:
    done = judged(place, "falls", gates=("authorization", "errors", "rate-limit"))
    first = [name for name, word in done.statuses.items() if word == "ERROR target-down"]
    assert len(first) == 1
    assert "the target exited with 9" in done.gate(first[0])["detail"]
    assert {done.statuses[name] for name in done.statuses if name not in first} == {"NOT_RUN"}
    assert done.code == 3


@pytest.mark.parametrize("times", [1, 2, 3, 5])
def test_a_token_that_expires_during_the_run_makes_no_pass(place: Place, times: int) -> None:
    """Everybody may read and delete the notes of others: refusals of an old token hide that."""
    done = judged(place, "forgets", str(times), gates=("authorization",))
    assert done.statuses["authorization"] in ("FAIL", "ERROR metric-missing", "ERROR incomplete")
    assert done.code in (1, 3)


def test_probes_of_2000_operations_in_10_mb_end_and_name_what_they_left_out(place: Place) -> None:
    done = judged(place, "large", gates=("api-design", "auth", "errors", "headers"))
    assert done.gate("api-design")["evidence"]["examined"] == {"operations": 1999}
    assert done.statuses["auth"] == "ERROR incomplete"
    assert "the budget of requests or seconds was used up" in done.gate("auth")["detail"]
    assert Path(done.output, "scorecard.html").stat().st_size < 8 * 2**20
