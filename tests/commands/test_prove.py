"""`gatescore prove` and `--prove`, as users meet them."""

import pytest

from tests.faults.cli import Place, fake


def test_one_gate_is_proved_by_its_controls(place: Place) -> None:
    done = place.run("prove", "lint", "format")
    assert done.code == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert any(line.startswith("lint: ruff: detected: planted F821") for line in lines)
    assert any(line.startswith("format: ruff_format: detected") for line in lines)


def test_an_unknown_gate_is_refused(place: Place) -> None:
    done = place.run("prove", "lin")
    assert (done.code, "has no such gate" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "status"),
    [(("--prove",), "ERROR control-not-detected"), (("--profile", "nightly"), None), ((), "PASS")],
)
def test_p13_a_gate_whose_control_does_not_come_back_is_no_pass(
    place: Place, words: tuple[str, ...], status: str | None
) -> None:
    policy = place.policy({"blind": fake("blind")})
    done = place.run("run", place.target(), "--policy", policy, *words)
    assert done.statuses == {"blind": status or "ERROR control-not-detected"}
    assert (done.code == 0) is (status == "PASS")


def test_the_evidence_says_what_came_back(place: Place) -> None:
    text = '[code]\npaths = ["a.py"]\n'
    done = place.run("run", place.target(text), "--gate", "lint", "--prove")
    assert "control of ruff (F821) detected" in done.gate("lint")["evidence"]["notes"]
