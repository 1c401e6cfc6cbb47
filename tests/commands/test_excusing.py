"""`gatescore baseline`, `gatescore waive`, and whose rules judge a change, as users meet them."""

import datetime
import json
import subprocess
from pathlib import Path

import pytest

from tests.faults.cli import Place

STARTER = ("--policy", "starter", "--gate", "lint")
NONE = """\
[code]
paths = ["src"]
[absent]
tests = "none"
service = "none"
openapi = "none"
load = "none"
dependencies = "none"
"""
OLD = "import os\n"
TODAY = datetime.datetime.now(datetime.UTC).date()


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def target(place: Place) -> Path:
    """A repository with one old finding."""
    folder = place.target(NONE, {"src/a.py": OLD, "src/b.py": "B = 1\n"})
    (folder / "a.py").unlink()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    return folder


def commit(folder: Path, text: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", text)


def waivers(folder: Path, days: int = 30, **keys: str) -> None:
    given = {"id": "W1", "gate": "lint", "rule": "F401", "severity": "high", **keys}
    lines = [f"{key} = {json.dumps(value)}" for key, value in given.items()]
    if "reason" not in keys:
        lines.append('reason = "kept for the importers"')
    lines += ['owner = "ann"', f"created = {TODAY}"]
    lines.append(f"expires = {TODAY + datetime.timedelta(days=days)}")
    file = folder / "gatescore" / "waivers.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[[waiver]]\n" + "\n".join(lines) + "\n")


def test_adopting_gates_fails_only_for_what_is_new(place: Place, target: Path) -> None:
    first = place.run("run", target, *STARTER)
    assert first.code == 1
    assert any("gatescore baseline" in notice for notice in first.card["notices"])
    made = place.run("baseline", target, "--policy", "starter", "--run", place.output)
    assert made.code == 0
    assert "1 known findings" in made.stderr
    known = place.run("run", target, *STARTER)
    assert (known.code, known.card["baseline"]["known"]) == (0, 1)
    assert known.gate("lint")["findings"][0]["state"] == "known"
    (target / "src" / "a.py").write_text(f"# moved\n\n{OLD}import json\n")
    worse = place.run("run", target, *STARTER)
    assert worse.code == 1
    assert worse.gate("lint")["criteria"][0]["value"] == 1
    (target / "src" / "a.py").write_text("A = 1\n")
    mended = place.run("run", target, *STARTER)
    assert (mended.code, mended.card["baseline"]["fixed"]) == (0, 1)
    assert mended.gate("lint")["fixed"][0]["rule"] == "F401"


def test_a_baseline_of_a_revision_is_that_of_its_files(place: Place, target: Path) -> None:
    (target / "src" / "a.py").write_text("A = 1\n")
    commit(target, "mended")
    made = place.run("baseline", target, "--policy", "starter", "--revision", "HEAD~1")
    assert made.code == 0, made.stderr
    baseline = json.loads((target / "gatescore" / "baseline.json").read_text())
    assert [one["rule"] for one in baseline["gates"]["lint"]] == ["F401"]
    first = subprocess.run(
        ["git", "rev-parse", "HEAD~1"], cwd=target, check=True, capture_output=True, text=True
    )
    assert first.stdout.startswith(baseline["revision"])


def test_a_run_of_chosen_gates_makes_a_baseline_only_by_name(place: Place, target: Path) -> None:
    (place.path / ".gatescore" / "runs").mkdir(parents=True)
    first = place.run("run", target, *STARTER, "--output", ".gatescore/runs/1")
    assert first.code == 1, first.stderr
    done = place.run("baseline", target, "--policy", "starter")
    assert (done.code, "judged only lint" in done.stderr) == (2, True), done.stderr
    assert not (target / "gatescore").exists()
    assert place.run("baseline", target, "--run", ".gatescore/runs/1").code == 0


@pytest.mark.parametrize(
    "words", [("baseline",), ("waive", "abcdef", "--reason", "r", "--owner", "ann")]
)
def test_without_a_target_nothing_is_written_beside_the_example(
    place: Place, words: tuple[str, ...]
) -> None:
    done = place.run(*words)
    assert (done.code, "gatescore init" in done.stderr) == (2, True)


def test_a_broken_baseline_is_refused(place: Place, target: Path) -> None:
    file = target / "gatescore" / "baseline.json"
    file.parent.mkdir()
    file.write_text('{"gates": 7}')
    done = place.run("run", target, *STARTER)
    assert done.code == 2
    assert "gatescore baseline" in done.stderr


def test_a_waiver_is_written_for_one_finding_and_then_holds(place: Place, target: Path) -> None:
    first = place.run("run", target, *STARTER)
    name = first.gate("lint")["findings"][0]["fingerprint"]
    words = ("--policy", "starter", "--run", place.output, "--owner", "ann")
    told = place.run("waive", name[:8], target, *words, "--reason", 'said "so"\n, twice')
    assert told.code == 0, told.stderr
    text = (target / "gatescore" / "waivers.toml").read_text()
    assert told.stdout.decode() in text
    second = place.run("run", target, *STARTER)
    assert (second.code, second.card["waivers"][0]["uses"]) == (0, 1)
    again = place.run("waive", name[:8], target, *words, "--reason", "once more")
    assert again.code == 2
    assert "are called" in again.stderr
    assert "waivers.toml (with this entry, which was not written)" in again.stderr
    assert (target / "gatescore" / "waivers.toml").read_text() == text


@pytest.mark.parametrize(
    ("name", "says"), [("ffffffff", "no finding"), ("ab", "at least 6 digits")]
)
def test_a_finding_that_is_not_there_is_not_waived(
    place: Place, target: Path, name: str, says: str
) -> None:
    place.run("run", target, *STARTER)
    words = ("--run", place.output, "--owner", "ann", "--reason", "r")
    done = place.run("waive", name, target, *words)
    assert (done.code, says in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"gate": "lin"}, "did you mean lint"),
        ({"rule": ""}, "no scope"),
        ({"reason": " "}, "waiver[0].reason"),
        ({"severity": "bad"}, "waiver[0].severity"),
        ({"ruel": "F401"}, "ruel"),
    ],
)
def test_b38_a_waiver_that_is_wrong_is_refused(
    place: Place, target: Path, broken: dict[str, str], says: str
) -> None:
    waivers(target, **broken)
    done = place.run("run", target, *STARTER)
    assert (done.code, says in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(("days", "code"), [(90, 0), (91, 2)])
def test_b38_a_waiver_lasts_ninety_days_at_most(
    place: Place, target: Path, days: int, code: int
) -> None:
    waivers(target, days)
    assert place.run("run", target, *STARTER).code == code


@pytest.mark.parametrize("lacking", ["owner", "expires", "reason"])
def test_b38_a_waiver_without_owner_or_end_is_refused(
    place: Place, target: Path, lacking: str
) -> None:
    waivers(target)
    file = target / "gatescore" / "waivers.toml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith(lacking)]
    file.write_text("\n".join(kept))
    done = place.run("run", target, *STARTER)
    assert (done.code, f"needs {lacking}" in done.stderr) == (2, True), done.stderr


def test_a_change_does_not_waive_its_own_findings_in_ci(place: Place, target: Path) -> None:
    git(target, "checkout", "-qb", "change")
    waivers(target)
    commit(target, "waive ourselves")
    desk = place.run("run", target, *STARTER)
    assert (desk.code, desk.card["waivers"][0]["uses"]) == (0, 1)
    done = place.run("run", target, *STARTER, "--profile", "ci")
    assert (done.code, done.card["waivers"]) == (1, [])
    assert ["waivers.toml" in notice for notice in done.card["notices"]] == [True, False]
    git(target, "checkout", "-q", "main")
    git(target, "merge", "-q", "change")
    merged = place.run("run", target, *STARTER, "--profile", "ci")
    assert merged.code == 0


def test_a_change_does_not_soften_its_own_policy_in_ci(place: Place, target: Path) -> None:
    policy = target / "ours.toml"
    policy.write_text('extends = "standard"\nname = "ours"\n')
    commit(target, "a policy")
    git(target, "checkout", "-qb", "change")
    softer = '[gates.lint.criteria."lint.errors"]\npass = [["<= 9"]]\n'
    policy.write_text(policy.read_text() + softer)
    commit(target, "softer")
    words = ("--policy", policy, "--gate", "lint")
    assert place.run("run", target, *words).code == 0
    done = place.run("run", target, *words, "--profile", "ci")
    assert done.code == 1
    assert any("ours.toml differs" in notice for notice in done.card["notices"])


def test_a_change_does_not_skip_its_own_gates_in_ci(place: Place, target: Path) -> None:
    file = target / "gatescore.toml"
    file.write_text(file.read_text().replace('dependencies = "none"\n', ""))
    (target / "lock.txt").write_text("planted==1.0\n")
    file.write_text(file.read_text() + '[dependencies]\nfiles = ["lock.txt"]\n')
    commit(target, "dependencies")
    git(target, "checkout", "-qb", "change")
    text = file.read_text().replace('[dependencies]\nfiles = ["lock.txt"]\n', "")
    file.write_text(text + 'dependencies = "none any more"\n')
    commit(target, "skip")
    words = ("--gate", "dependencies")
    assert place.run("run", target, *words).statuses == {"dependencies": "SKIPPED"}
    done = place.run("run", target, *words, "--profile", "ci")
    assert done.code == 2
    assert "dependencies" in done.stderr


def test_a_broken_rule_of_the_base_is_named_with_its_revision(place: Place, target: Path) -> None:
    waivers(target, gate="lin")
    commit(target, "broken")
    git(target, "checkout", "-qb", "change")
    waivers(target)
    commit(target, "mended")
    done = place.run("run", target, *STARTER, "--profile", "ci")
    assert done.code == 2
    assert "waivers.toml" in done.stderr
    assert "at the base revision" in done.stderr


def test_a_rename_since_the_baseline_keeps_its_findings_known(place: Place, target: Path) -> None:
    """The baseline is older than the base revision, and so is the rename."""
    place.run("run", target, *STARTER)
    place.run("baseline", target, "--policy", "starter", "--run", place.output)
    commit(target, "a baseline")
    (target / "src" / "a.py").rename(target / "src" / "moved.py")
    commit(target, "moved")
    done = place.run("run", target, *STARTER)
    assert (done.code, done.card["baseline"]["known"]) == (0, 1)


def test_the_files_that_excuse_findings_are_no_secrets(place: Place, target: Path) -> None:
    place.run("run", target, *STARTER)
    place.run("baseline", target, "--policy", "starter", "--run", place.output)
    name = json.loads((target / "gatescore" / "baseline.json").read_text())["gates"]["lint"][0]
    words = ("--run", place.output, "--owner", "ann", "--reason", "r")
    place.run("waive", name["fingerprint"], target, *words)
    done = place.run("run", target, "--gate", "secrets")
    assert done.gate("secrets")["findings"] == []
    assert list(done.statuses.values()) == ["PASS"]


def test_a_file_without_an_entry_yet_waives_nothing(place: Place, target: Path) -> None:
    file = target / "gatescore" / "waivers.toml"
    file.parent.mkdir()
    file.write_text("# nothing is waived\n\n")
    assert place.run("run", target, *STARTER).code == 1
