"""Neither a slip in a file of ours nor a setting of the target's can switch a gate off."""

import datetime

import pytest

from tests.faults.cli import Place, committed, fake, toml

CODE = """[code]
paths = ["src"]
tests = ["tests"]
packages = ["pytest==9.2.0", "coverage==7.17.3"]
"""
TEST = """from shop import total


def test_total():
    assert total(1, 2) == 3
"""
GOOD = {
    "src/shop.py": "def total(a: int, b: int) -> int:\n    return a + b\n",
    "tests/test_shop.py": TEST,
}
SILENT = """[tool.ruff]
exclude = ["*"]
[tool.ruff.lint]
select = []
[tool.bandit]
skips = ["B602"]
"""


def test_p16_a_misspelt_gate_in_a_policy_is_refused(place: Place) -> None:
    policy = place.path / "p.toml"
    policy.write_text(
        place.policy({"lint": fake()}).read_text() + '\n[gates.ruf]\ntools = ["ruf"]\n'
    )
    done = place.run("run", place.target(), "--policy", policy)
    assert done.code == 2
    assert "ruf" in done.stderr
    assert "did you mean" in done.stderr.lower()
    assert not place.output.exists()


def test_p16_a_misspelt_key_of_a_gate_is_refused_with_its_line(place: Place) -> None:
    policy = place.policy({"lint": fake()})
    policy.write_text(policy.read_text().replace("criteria =", "critera ="))
    done = place.run("run", place.target(), "--policy", policy)
    assert done.code == 2
    assert "critera" in done.stderr
    assert "criteria" in done.stderr
    assert "p.toml" in done.stderr


@pytest.mark.parametrize("gate", ["linnt", "Lint", ""])
def test_p16_a_misspelt_choice_is_refused(place: Place, gate: str) -> None:
    done = place.run("run", place.target(), "--gate", gate)
    assert done.code == 2
    assert "lint" in done.stderr
    if gate == "linnt":
        assert "did you mean" in done.stderr.lower()


def test_p17_settings_of_the_target_do_not_reach_the_linters(place: Place) -> None:
    bad = "import os\nimport subprocess\n\nsubprocess.run(input(), shell=True)\n"
    target = place.target(CODE, {**GOOD, "pyproject.toml": SILENT, "src/bad.py": bad})
    done = place.run("run", target, "--gate", "lint", "--gate", "security", "--gate", "format")
    assert done.code == 1
    assert done.statuses["lint"] == "FAIL"
    assert done.statuses["security"] == "FAIL"


def suppressions(place: Place):
    criterion = {"metric": "suppressions.count", "title": "S", "pass": [["<= +0"]], "floor": "== 0"}
    gate = fake(tools=["suppressions"], criteria={"count": criterion})
    return place.policy({"quiet": gate})


@pytest.mark.parametrize("comment", ["# ruff: noqa", "import os  # noqa: F401"])
def test_p17_a_new_suppression_fails_against_the_base(place: Place, comment: str) -> None:
    target = place.target(CODE, GOOD)
    base = committed(target)
    file = target / "src/shop.py"
    file.write_text(f"{comment}\n{file.read_text()}")
    policy = suppressions(place)
    done = place.run("run", target, "--policy", policy, "--base", base)
    assert (done.code, done.statuses) == (1, {"quiet": "FAIL"})
    assert "base 0" in done.gate("quiet")["detail"] or "+0" in done.gate("quiet")["detail"]
    file.write_text(GOOD["src/shop.py"])
    assert place.run("run", target, "--policy", policy, "--base", base).code == 0


def test_a_base_that_is_no_revision_is_wrong_usage(place: Place) -> None:
    target = place.target(CODE, GOOD)
    committed(target)
    done = place.run("run", target, "--policy", suppressions(place), "--base", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.stderr


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One cache, so that the environment is installed once."""
    return {"GATESCORE_CACHE": str(tmp_path_factory.mktemp("cache"))}


def ran(place: Place, files: dict[str, str], env: dict[str, str]):
    return place.run("run", place.target(CODE, GOOD | files), "--gate", "tests", env=env)


def test_the_real_tests_gate_passes_a_good_target(
    place: Place, environments: dict[str, str]
) -> None:
    done = ran(place, {}, environments)
    assert (done.code, done.statuses) == (0, {"tests": "PASS"})
    assert done.gate("tests")["evidence"]["examined"] == {"tests": 1}


ADDOPTS = "[tool.pytest.ini_options]\naddopts = {}\n"
SKIPPED = "import pytest\n\n\n@pytest.mark.skip\ndef test_total():\n    assert False\n"
EXITS = "import os\n\n\ndef test_leaves():\n    os._exit(0)\n"
QUIET = [
    ("p8-all-skipped", {"tests/test_shop.py": SKIPPED}),
    ("p9-ends-early", {"tests/test_shop.py": EXITS}),
    ("p9-conftest", {"tests/conftest.py": "import os\n\nos._exit(0)\n"}),
]


@pytest.mark.parametrize("words", ["--collect-only", "-k nothing_of_this_name"])
def test_p17_options_of_the_target_that_hide_its_tests_are_switched_off_and_shown(
    place: Place, environments: dict[str, str], words: str
) -> None:
    done = ran(place, {"pyproject.toml": ADDOPTS.format(toml(words))}, environments)
    assert done.statuses == {"tests": "PASS"}
    assert done.gate("tests")["evidence"]["examined"] == {"tests": 1}
    assert any(words.split()[0] in note for note in done.gate("tests")["evidence"]["notes"])


@pytest.mark.parametrize(("case", "files"), QUIET, ids=[case for case, _ in QUIET])
def test_tests_that_did_not_run_are_no_pass(
    place: Place, environments: dict[str, str], case: str, files: dict[str, str]
) -> None:
    done = ran(place, files, environments)
    assert done.code in (1, 3)
    assert done.statuses["tests"].split()[0] in ("ERROR", "FAIL")
    if case.startswith("p9"):
        assert done.statuses["tests"] == "ERROR no-result"
        assert "pytest ended early" in done.gate("tests")["detail"]


FAILS = "from shop import total\n\n\ndef test_total():\n    assert total(1, 1) == 3\n"
CRASHES = "import os\n\n\ndef test_total():\n    os.kill(os.getpid(), 11)\n"


def quarantined(expires: str) -> dict[str, str]:
    """A waiver file that excuses the one test until that day."""
    lines = ['id = "Q1"', 'test = "tests/test_shop.py::test_total"', 'reason = "r"', 'owner = "o"']
    dates = [f"created = {days(-2)}", f"expires = {expires}"]
    return {"gatescore/waivers.toml": "\n".join(["[[quarantine]]", *lines, *dates]) + "\n"}


def days(count: int) -> str:
    now = datetime.datetime.now(datetime.UTC).date()
    return (now + datetime.timedelta(days=count)).isoformat()


@pytest.mark.parametrize(
    ("source", "expires", "status"),
    [
        (FAILS, 5, "PASS"),
        pytest.param(FAILS, -1, "FAIL", id="p43-expired"),
        pytest.param(CRASHES, 5, "ERROR tool-crashed", id="p44-a-crash-is-not-excused"),
    ],
)
def test_a_quarantine_excuses_a_failure_for_its_time(
    place: Place, environments: dict[str, str], source: str, expires: int, status: str
) -> None:
    files = {"tests/test_shop.py": source, **quarantined(days(expires))}
    done = ran(place, files, environments)
    assert done.statuses == {"tests": status}
    if status == "PASS":
        (finding,) = [one for one in done.gate("tests")["findings"] if one.get("metric")]
        assert (finding["waiver"], finding["label"]) == ("Q1", "quarantined")
        assert done.gate("tests")["criteria"][0]["value"] == 0
