"""Gates act as the target's identities, wait for each other, and get a fresh state on demand."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cli import ROOT, Place, fake, service

ACCOUNTS = ROOT / "tests" / "shell" / "fakes" / "accounts.py"
LOGIN = """
[auth]
rank = 1
login = { path = "/login", body = { username = "demo" }, token = "/token" }
refresh = { path = "/renew", body = { t = "{token}" }, token = "/renewal" }
[identities.admin]
role = "admin"
rank = 10
body = { username = "root" }
"""


def accounts(more: str = LOGIN, **keys: Any) -> str:
    return service(ACCOUNTS, "{port}", "{state}", health="/health", **keys) + more


def spy(file: Path, **more: Any) -> dict[str, Any]:
    secrets = {"secrets": ["GATESCORE_IDENTITIES"]}
    return fake("spies", file, resource="service", options=secrets, **more)


def test_a_gate_is_handed_every_identity_and_nothing_of_it_is_stored(place: Place) -> None:
    """P64."""
    seen = place.path / "seen.json"
    target = place.target(accounts())
    done = place.run("run", target, "--policy", place.policy({"acts": spy(seen, identities=True)}))
    assert done.statuses == {"acts": "PASS"}, done.stderr
    known = json.loads(json.loads(seen.read_text())["environ"]["GATESCORE_IDENTITIES"])
    assert {name: (one["role"], one["rank"]) for name, one in known.items()} == {
        "default": ("user", 1),
        "admin": ("admin", 10),
    }
    assert known["admin"]["headers"]["Authorization"].startswith("Bearer root-token-")
    assert known["admin"]["login"]["body"] == {"username": "root"}
    assert known["default"]["answer"]["renewal"].endswith("-r")
    stored = [file.read_bytes() for file in done.output.rglob("*") if file.is_file()]
    assert not any(b"root-token" in data or b"demo-token" in data for data in stored)


def test_a_gate_that_does_not_ask_knows_the_default_one_alone(place: Place) -> None:
    seen = place.path / "seen.json"
    target = place.target(accounts(LOGIN.replace('"root"', '"stranger"')))
    done = place.run("run", target, "--policy", place.policy({"acts": spy(seen)}))
    assert done.statuses == {"acts": "PASS"}
    known = json.loads(json.loads(seen.read_text())["environ"]["GATESCORE_IDENTITIES"])
    assert list(known) == ["default"]


def test_an_identity_that_cannot_log_in_is_named(place: Place) -> None:
    target = place.target(accounts(LOGIN.replace('"root"', '"stranger"')))
    policy = place.policy({"acts": spy(place.path / "seen.json", identities=True)})
    done = place.run("run", target, "--policy", policy)
    assert (done.code, done.statuses) == (3, {"acts": "ERROR environment-failed"})
    assert "identity admin: login POST /login: the answer is 401" in done.gate("acts")["detail"]


@pytest.mark.parametrize("by", ["restart", "reset"])
def test_a_program_that_asks_for_it_gets_a_fresh_state_on_the_same_port(
    place: Place, by: str
) -> None:
    reset = {"reset": ["{python}", str(ACCOUNTS), "--reset", "{port}"]} if by == "reset" else {}
    target = place.target(accounts(**reset))
    seen = place.path / "seen"
    options = {"times": 3, "fresh": True, "secrets": ["GATESCORE_AUTH"]}
    gate = fake("counts", seen, resource="service", options=options)
    done = place.run("run", target, "--policy", place.policy({"counts": gate}))
    assert done.statuses == {"counts": "PASS"}, done.stderr
    lines = [line.split(" ", 2) for line in seen.read_text().splitlines()]
    assert [count for _, count, _ in lines] == ["1", "1", "1"]
    assert len({origin for origin, _, _ in lines}) == 1
    # After a reset the tokens are new ones too: each program was handed its own.
    assert len({auth for _, _, auth in lines}) == (3 if by == "reset" else 1)


def test_without_asking_the_state_stays(place: Place) -> None:
    target, seen = place.target(accounts()), place.path / "seen"
    gate = fake("counts", seen, resource="service", options={"times": 3})
    place.run("run", target, "--policy", place.policy({"counts": gate}))
    assert [line.split(" ", 2)[1] for line in seen.read_text().splitlines()] == ["1", "2", "3"]


def test_a_reset_that_fails_is_an_error_of_the_gate(place: Place) -> None:
    target = place.target(accounts(reset=["{python}", "-c", "raise SystemExit('no database')"]))
    gates = {"one": fake("counts", "seen", resource="service")}
    gates["two"] = fake("counts", "seen", resource="service", state="fresh")
    done = place.run("run", target, "--policy", place.policy(gates))
    assert done.statuses == {"one": "PASS", "two": "ERROR environment-failed"}
    assert "service.reset" in done.gate("two")["detail"]
    assert "no database" in done.gate("two")["detail"]


def test_a_gate_waits_for_those_whose_results_it_reads(place: Place) -> None:
    target = place.target(accounts())
    gates = {
        "last": fake(after=["first", "middle", "nowhere"]),
        "middle": fake(resource="service", after=["first"]),
        "first": fake(resource="service", state="fresh"),
        "beside": fake(),
    }
    done = place.run("run", target, "--policy", place.policy(gates))
    assert set(done.statuses.values()) == {"PASS"}
    reports = [done.output / "results" / gate / "report.json" for gate in gates]
    order = [file.parent.name for file in sorted(reports, key=lambda file: file.stat().st_mtime_ns)]
    assert [gate for gate in order if gate != "beside"] == ["first", "middle", "last"]


def test_gates_that_wait_for_each_other_still_run(place: Place) -> None:
    gates = {"a": fake(after=["b"]), "b": fake(after=["a"])}
    done = place.run("run", place.target(accounts()), "--policy", place.policy(gates))
    assert set(done.statuses.values()) == {"PASS"}


def test_where_the_target_has_no_such_part_the_gate_is_skipped_and_says_so(place: Place) -> None:
    gates = {"pacts": fake(where_present=["consumers"]), "other": fake()}
    done = place.run("run", place.target(accounts()), "--policy", place.policy(gates))
    assert done.statuses == {"pacts": "SKIPPED", "other": "PASS"}
    assert done.gate("pacts")["detail"] == "the target file has no [consumers]"
