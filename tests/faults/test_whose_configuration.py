"""Whose configuration counts is said in the policy; what a target leaves out is no pass (P17)."""

import pytest

from tests.faults.cli import Place

CODE = '[code]\npaths = ["src"]\n'
FILES = {
    "src/a.py": "import json\nimport os\n\nos.system(input())\n",
    "pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n[tool.bandit]\nexclude_dirs = ["src"]\n',
}
GATES = ("lint", "format", "security")


def judged(place: Place, choice: str):
    policy = place.path / "whose.toml"
    options = "".join(f'[gates.{gate}.options]\nconfiguration = "{choice}"\n' for gate in GATES)
    policy.write_text(f'extends = "standard"\nname = "whose"\n{options}')
    chosen = [word for gate in GATES for word in ("--gate", gate)]
    return place.run("run", place.target(CODE, FILES), "--policy", policy, *chosen)


@pytest.mark.parametrize("choice", ["ours", "stricter"])
def test_p17_leaving_everything_out_has_no_effect(place: Place, choice: str) -> None:
    done = judged(place, choice)
    assert (done.statuses["lint"], done.statuses["security"]) == ("FAIL", "FAIL")


def test_p17_a_target_whose_settings_leave_everything_out_is_an_error(place: Place) -> None:
    done = judged(place, "target")
    assert done.code == 3
    assert {done.gate(gate)["reason"] for gate in GATES} == {"nothing-examined"}


def test_a_word_that_is_no_choice_is_refused_with_those_allowed(place: Place) -> None:
    done = judged(place, "theirs")
    assert done.code == 2
    assert "options.configuration" in done.stderr
    assert "ours, stricter, target" in done.stderr
