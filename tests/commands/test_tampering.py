"""Who may write the folder of a run, and has no key, gets no PASS of level 3 that was not there."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gates.commands import judge
from gates.core.model import GateStatus, Scorecard, Verdict
from gates.core.score import UNDECIDED
from tests.commands import signing_team
from tests.commands.signing_team import Team, commit
from tests.faults.cli import FAULTS, Place, git
from tests.shell.signing_keys_made import make

Edit = Callable[[Path], None]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return {who: make(folder / who, "pem") for who in ("ada", "bo", "eve")}


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Path]) -> Team:
    """A run that lacks nothing but signatures."""
    path = tmp_path_factory.mktemp("unsigned")
    team = signing_team.team(Place(path, path / "cache"), keys)
    assert team.run().code == 3
    return team


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Path]) -> Team:
    """A run that everybody has signed."""
    path = tmp_path_factory.mktemp("signed")
    team = signing_team.team(Place(path, path / "cache"), keys)
    assert team.run().code == 3
    team.everything()
    return team


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Team], Path]]:
    """Copies of runs, which can be edited; judged in this process."""
    monkeypatch.syspath_prepend(str(FAULTS / "plugin"))
    yield lambda team: Path(shutil.copytree(team.place.output, tmp_path / "copy"))


def judged(folder: Path) -> Scorecard:
    return judge.rejudged(folder, "")


def status(card: Scorecard, gate: str) -> GateStatus:
    return next(one.status for one in card.gates if one.id == gate)


def rules(card: Scorecard) -> set[str]:
    return {finding.rule for gate in card.gates for finding in gate.findings}


def in_file(name: str, change: Callable[[Any], object]) -> Edit:
    """Change one file of JSON."""

    def edit(folder: Path) -> None:
        value = json.loads((folder / name).read_text())
        change(value)
        (folder / name).write_text(json.dumps(value))

    return edit


def planned(id: str, **members: Any) -> Edit:
    """Change what the plan says of one gate."""

    def change(plan: Any) -> None:
        next(gate for gate in plan["gates"] if gate["id"] == id).update(members)

    return in_file("plan.json", change)


def without_level_3(plan: Any) -> None:
    plan["gates"] = [gate for gate in plan["gates"] if gate["policy"]["level"] < 3]


def without_the_gate(plan: Any) -> None:
    plan["gates"] = [gate for gate in plan["gates"] if gate["id"] != "sign-off"]


def no_bounds(plan: Any) -> None:
    plan["pass_score"] = plan["warn_score"] = 0.0
    for gate in plan["gates"]:
        for criterion in gate["policy"]["criteria"].values():
            criterion.update({"pass": [[">= -1"]], "weight": "info", "skippable": True})


def all_pass(card: Any) -> None:
    card.update(verdict="PASS", score=100.0, complete=True)
    for part in (*card["gates"], *card["levels"]):
        part.update({"status": "PASS"} if "status" in part else {"verdict": "PASS"})


def report(id: str, **measurements: float) -> Edit:
    """Add a report of a gate that has none."""
    told = {
        "tool": "signoff", "examined": 9, "examined_unit": "roles",
        "measurements": {name.replace("__", "."): {"value": v} for name, v in measurements.items()},
    }  # fmt: skip

    def edit(folder: Path) -> None:
        file = folder / "results" / id / "report.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"gate": id, "reports": [told]}))

    return edit


NOT_SIGNED: dict[str, Edit] = {
    "level 3 taken out of the plan": in_file("plan.json", without_level_3),
    "the gate taken out of the plan": in_file("plan.json", without_the_gate),
    "the gate skipped in the plan": planned("sign-off", skipped="nobody is asked"),
    "its criteria absent in the plan": planned(
        "sign-off", absent=dict.fromkeys(("sign-off.roles", "sign-off.regimes"), "none")
    ),
    "its tools taken away": planned("sign-off", tools=[]),
    "other bounds in the plan": in_file("plan.json", no_bounds),
    "no scores in the plan": in_file("plan.json", lambda plan: plan.update(pass_score=0.0)),
    "level 2 decides": in_file("plan.json", lambda plan: plan.update(decisive_level=2)),
    "every gate told to pass": in_file("scorecard.json", all_pass),
    "its result told to pass": in_file(
        "results/sign-off/result.json", lambda value: value.update(status="PASS")
    ),
    "a report of its own": report(
        "sign-off", signoff__missing_roles=0, signoff__refused=0, signoff__regimes_missing=0
    ),
    "no regime and no people any more": in_file(
        "signing.json", lambda value: value.update(regimes=[], undetected={})
    ),
    "the place of the target lost": lambda folder: (folder / "signing.json").unlink(),
    "another target": in_file("signing.json", lambda value: value.update(root="/")),
}


@pytest.mark.parametrize("edit", NOT_SIGNED.values(), ids=NOT_SIGNED)
def test_what_nobody_signed_does_not_pass(
    edit: Edit, unsigned: Team, copied: Callable[[Team], Path]
) -> None:
    folder = copied(unsigned)
    edit(folder)
    card = judged(folder)
    assert card.levels[-1].level == 3
    assert card.levels[-1].verdict in (Verdict.INCONCLUSIVE, Verdict.FAIL)
    assert status(card, "sign-off") in UNDECIDED


def value(id: str, number: float) -> Edit:
    def change(report: Any) -> None:
        for name, one in report["reports"][0]["measurements"].items():
            report["reports"][0]["measurements"][name] = {**one, "value": number}

    return in_file(f"results/{id}/report.json", change)


def finding(report: Any) -> None:
    report["reports"][0]["findings"] = [
        {"tool": "fake", "rule": "R1", "severity": "low", "message": "new"}
    ]


OTHER_THAN_SIGNED: dict[str, Edit] = {
    "another value that passes as well": value("a", -1.0),
    "another finding": in_file("results/a/report.json", finding),
    "a gate that failed to look": in_file(
        "results/a/report.json",
        lambda report: report.update(failure={"reason": "timeout", "detail": "x"}),
    ),
    "another base": in_file("plan.json", lambda plan: plan.update(base={"b.errors": 7.0})),
    "a criterion that is left out": planned("b", absent={"b.errors": "none here"}),
    "the evidence left out": planned("evidence", skipped="only a service"),
    "the freshness left out": planned("freshness", skipped="only a service"),
    "a result that is older": in_file(
        "scorecard.json", lambda card: card["run"].update(reused_s={"a": 10.0**6})
    ),
    "a result of another run": in_file(
        "scorecard.json", lambda card: card["run"].update(reused_s={"b": 60.0})
    ),
    "a regime less": in_file("signing.json", lambda value: value.update(regimes=[])),
    "another name": in_file("scorecard.json", lambda card: card["target"].update(name="x")),
    "a dirty tree": in_file("scorecard.json", lambda card: card["target"].update(dirty=True)),
}


def test_what_everybody_signed_passes(signed: Team, copied: Callable[[Team], Path]) -> None:
    card = judged(copied(signed))
    assert (card.verdict, card.levels[-1].verdict) == (Verdict.PASS, Verdict.PASS)


@pytest.mark.parametrize("edit", OTHER_THAN_SIGNED.values(), ids=OTHER_THAN_SIGNED)
def test_what_was_changed_after_it_was_signed_does_not_pass(
    edit: Edit, signed: Team, copied: Callable[[Team], Path]
) -> None:
    folder = copied(signed)
    edit(folder)
    card = judged(folder)
    assert card.levels[-1].verdict in (Verdict.INCONCLUSIVE, Verdict.FAIL)


def test_old_results_that_were_signed_are_not_made_young(
    unsigned: Team, copied: Callable[[Team], Path]
) -> None:
    """Whoever signs stale results signs that they are stale."""
    folder = copied(unsigned)
    in_file("scorecard.json", lambda card: card["run"].update(reused_s={"a": 10.0**6}))(folder)
    assert status(judged(folder), "freshness") is GateStatus.FAIL
    unsigned.everything(folder)
    try:
        in_file("scorecard.json", lambda card: card["run"].update(reused_s={}))(folder)
        card = judged(folder)
        assert status(card, "freshness") is GateStatus.PASS
        assert (card.verdict, rules(card)) == (Verdict.FAIL, {"signoff-stale"})
    finally:
        shutil.rmtree(unsigned.target / "gatescore")


@pytest.mark.parametrize("id", ["a", "b"])
@pytest.mark.parametrize("name", ["report.json", ""])
def test_a_lost_result_does_not_pass(
    id: str, name: str, signed: Team, copied: Callable[[Team], Path]
) -> None:
    folder = copied(signed)
    lost = folder / "results" / id / name
    lost.unlink() if name else shutil.rmtree(lost)
    card = judged(folder)
    assert (card.complete, card.verdict) == (False, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("author", ["ada@example.com", "Ada+laptop@EXAMPLE.com"])
def test_nobody_signs_a_change_of_their_own_behind_a_commit_of_somebody_else(
    author: str, place: Place, keys: dict[str, Path]
) -> None:
    team = signing_team.team(place, keys)
    (team.target / "a.py").write_text("A = 2\n")
    commit(team.target, "two", author)
    (team.target / "b.py").write_text("B = 1\n")
    commit(team.target, "three", "bot@example.com")
    assert team.run("--base", "HEAD~2").code == 3
    done = team.approve("ada")
    assert (done.code, "self-approval: ada signs work of their own" in done.stderr) == (2, True)
    assert team.approve("bo").code == 0
    assert team.run("--base", "HEAD~1").code == 3
    assert team.approve("ada").code == 0


def test_where_releases_are_signed_on_the_default_branch_the_last_one_is_the_base(
    place: Place, keys: dict[str, Path]
) -> None:
    """Whoever worked on it since the last time is no longer outvoted by one more commit."""
    team = signing_team.team(place, keys)
    team.run()
    team.everything()
    first = commit(team.target, "signed")
    changed(team, "b.py", "ada@example.com")
    changed(team, "c.py", "bot@example.com")
    assert team.run().code == 1  # what was signed is of another commit
    assert "self-approval: ada signs work of their own" in team.approve("ada").stderr
    assert team.approve("bo").code == 0
    git(team.target, "reset", "-q", "--hard", first)
    changed(team, "c.py", "bot@example.com")
    team.run()
    assert team.approve("ada").code == 0


def test_a_sign_off_that_is_no_longer_whole_is_no_last_time(
    place: Place, keys: dict[str, Path]
) -> None:
    """Who says that somebody signed the work of yesterday begins no new change by that."""
    team = signing_team.team(place, keys)
    team.run()
    team.everything()
    file = team.target / "gatescore" / "signoffs" / "administrator.toml"
    before = git(team.target, "rev-parse", "HEAD")
    commit(team.target, "signed")
    mine = changed(team, "b.py", "ada@example.com")
    file.write_text(file.read_text().replace(before, mine))
    other = file.with_name("technical-lead.toml")
    other.write_text(other.read_text().replace(before, mine))
    commit(team.target, "forged")
    changed(team, "c.py", "bot@example.com")
    team.run()
    assert "self-approval" in team.approve("ada").stderr


def changed(team: Team, name: str, author: str) -> str:
    """Commit one more file of the target."""
    (team.target / name).write_text("X = 1\n")
    return commit(team.target, name, author)


@pytest.mark.parametrize("how", ["reverted", "amended", "cherry-picked"])
def test_a_sign_off_of_a_commit_with_the_same_tree_is_of_another_commit(
    how: str, place: Place, keys: dict[str, Path]
) -> None:
    team = signing_team.team(place, keys)
    team.run()
    team.everything()
    commit(team.target, "signed")
    tree = git(team.target, "rev-parse", "HEAD^{tree}")
    match how:
        case "reverted":
            (team.target / "a.py").write_text("A = 2\n")
            commit(team.target, "two")
            (team.target / "a.py").write_text("A = 1\n")
            commit(team.target, "three")
        case "amended":
            git(team.target, "reset", "-q", "--soft", "HEAD~1")
            git(team.target, "commit", "-q", "--amend", "-m", "one, said otherwise")
        case "cherry-picked":
            git(team.target, "checkout", "-q", "--orphan", "other")
            commit(team.target, "one again")
    assert git(team.target, "rev-parse", "HEAD^{tree}") == tree
    ran = team.run()
    found = {one["rule"] for one in ran.gate("sign-off")["findings"]}
    assert (ran.code, found) == (1, {"signoff-commit"})
