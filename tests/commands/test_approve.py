"""A run, what people sign of it, and the verdict on that: from the command line, with real keys."""

import datetime
import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gates.core.signed import FOLDER, literal
from gates.runner import signing
from gates.shell.signatures import public_key
from tests.commands.signing_team import commit, person, signed_for
from tests.faults.cli import Completed, Place, fake, git
from tests.shell.signing_keys_made import make

TODAY = datetime.datetime.now(datetime.UTC).date()
SIGNED: dict[str, tuple[str, str, str, str]] = {
    "sign-off.roles": ("signoff.missing_roles", "== 0", "block", "pending"),
    "sign-off.refused": ("signoff.refused", "== 0", "block", "fail"),
    "sign-off.level-2": ("signoff.level_2_missing", "== 0", "should", "pending"),
    "sign-off.regimes": ("signoff.regimes_missing", "== 0", "block", "pending"),
    "sign-off.drills": ("signoff.drills_missing", "== 0", "should", "pending"),
    "sign-off.rating": ("signoff.rating", ">= 4.5", "should", "fail"),
}
ROLES = {"ada": "administrator", "bo": "technical-lead", "cy": "expert", "di": "administrator"}
KINDS = {"ada": "ed25519", "bo": "rsa", "cy": "ecdsa", "di": "pem"}


class Team(NamedTuple):
    """A target in a repository, a policy with four people, and their keys."""

    place: Place
    target: Path
    policy: Path
    keys: dict[str, Path]

    def run(self, *more: str, output: Path | None = None) -> Completed:
        argv = ("run", self.target, "--policy", self.policy, "--level", "3", "--fresh", *more)
        return self.place.run(*argv, output=output or self.place.output)

    def approve(self, who: str, *more: str, role: str = "") -> Completed:
        role = role or ROLES[who]
        argv = ("approve", self.place.output, "--role", role, "--key", self.keys[who], *more)
        return self.place.run(*argv)

    def judge(self, *more: str | Path) -> dict[str, Any]:
        done = self.place.run("judge", self.place.output, "--json", *more)
        return {"code": done.code, **json.loads(done.stdout)}

    def everything(self) -> None:
        for who in ("ada", "bo", "cy"):
            assert self.approve(who).code == 0
        day = str(TODAY)
        for who, item in (("ada", "penetration-test"), ("bo", "gdpr"), ("cy", "restore-drill")):
            assert self.approve(who, "--item", item, "--date", day).code == 0
        rated = ("--item", "stakeholder-rating", "--date", day, "--rating", "4.6")
        assert self.approve("ada", *rated).code == 0


def gate_of(card: dict[str, Any]) -> dict[str, Any]:
    gate: dict[str, Any] = next(one for one in card["gates"] if one["id"] == "sign-off")
    return gate


def rules(card: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in gate_of(card)["findings"]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return {who: make(folder / who, kind) for who, kind in (KINDS | {"eve": "ed25519"}).items()}


@pytest.fixture
def team(place: Place, keys: dict[str, Path]) -> Team:
    return Team(place, signed_for(place), policy(place, keys), keys)


def policy(place: Place, keys: dict[str, Path]) -> Path:
    criteria = {
        id.removeprefix("sign-off."): {
            "title": id, "metric": metric, "pass": [[bound]], "weight": weight, "unmet": unmet,
        }
        for id, (metric, bound, weight, unmet) in SIGNED.items()
    }  # fmt: skip
    signed = {"level": 3, "title": "Sign-off", "tools": ["signoff"], "criteria": criteria}
    file = place.policy(
        {"a": fake(), "sign-off": signed},
        roles=["administrator", "technical-lead"],
        level_2_roles=["technical-lead", "expert"],
    )
    text = file.read_text() + "".join(person(who, role, keys) for who, role in ROLES.items())
    for item, counts in (
        ("penetration-test", "regime"),
        ("restore-drill", "drill"),
        ("stakeholder-rating", "rating"),
    ):
        text += f'[items.{item}]\ntitle = "{item}"\ncounts = "{counts}"\ndays = 90\n'
    file.write_text(text)
    return file


def test_run_approve_judge(team: Team) -> None:
    """Unsigned it is PENDING and says what to do; signed it passes, and a run anew too."""
    ran = team.run()
    assert ran.code == 3, ran.stderr
    assert ran.statuses["sign-off"] == "PENDING"
    assert "gatescore approve --role administrator --key KEY RUN_DIR" in ran.stderr
    assert team.judge()["code"] == 3
    team.everything()
    card = team.judge()
    assert (card["code"], card["verdict"], gate_of(card)["status"]) == (0, "PASS", "PASS")
    commit(team.target, "signed")
    assert team.judge()["verdict"] == "PASS"
    again = team.run(output=team.place.path / "again")
    assert (again.code, again.statuses["sign-off"]) == (0, "PASS")


def test_judged_again_it_is_byte_for_byte_what_the_run_said(team: Team) -> None:
    ran = team.run()
    again = team.place.run("judge", team.place.output, "--json")
    assert again.stdout == ran.scorecard
    team.everything()
    written = team.place.run("judge", team.place.output, "--output", team.place.output)
    assert (written.code, written.card["verdict"]) == (0, "PASS")
    assert team.place.run("judge", team.place.output, "--json").stdout == written.scorecard


def test_p46_a_sign_off_for_another_commit_is_refused(team: Team) -> None:
    team.run()
    team.approve("ada")
    (team.target / "a.py").write_text("A = 2\n")
    commit(team.target, "two")
    ran = team.run()
    assert (ran.code, ran.statuses["sign-off"]) == (1, "FAIL")
    assert rules(ran.card) == ["signoff-commit"]
    assert team.approve("ada").code == 0
    assert rules(team.judge()) == []


def test_b60_a_sign_off_of_other_evidence_is_stale(team: Team) -> None:
    team.run()
    team.approve("ada")
    report = team.place.output / "results" / "a" / "report.json"
    said = json.loads(report.read_text())
    said["reports"][0]["notes"] = ["another word"]
    report.write_text(json.dumps(said))
    assert rules(team.judge()) == []
    name, measured = next(iter(said["reports"][0]["measurements"].items()))
    said["reports"][0]["measurements"][name] = {**measured, "value": -1.0}
    report.write_text(json.dumps(said))
    assert rules(team.judge()) == ["signoff-stale"]


def test_writing_the_files_anew_changes_nothing_and_a_changed_value_all(team: Team) -> None:
    """Of SSH keys and of a PEM, approvals and items: order, spelling and line ends mean nothing."""
    team.run()
    team.everything()
    assert team.approve("di", "--item", "gdpr", "--date", str(TODAY)).code == 0
    before = team.judge()
    files = sorted((team.target / FOLDER).iterdir())
    assert len(files) == 8
    for file in files:
        file.write_text("\r\n".join(otherwise(tomllib.loads(file.read_text()))), newline="")
    assert team.judge() == before
    assert before["code"] == 0
    for file in files:
        text = file.read_text()
        half_a_second_later = text.replace("+00:00", ".5+00:00")
        file.write_text(half_a_second_later)
        found = gate_of(team.judge())["findings"]
        assert [(one["rule"], one["path"]) for one in found] == [
            ("signoff-signature", f"{FOLDER}/{file.name}")
        ]
        file.write_text(text)
    assert team.judge() == before


def otherwise(table: dict[str, Any]) -> Iterator[str]:
    """The same values in another order and spelling, with a comment."""
    yield "# written anew"
    for key, value in reversed(table.items()):
        yield f'  "{key}"={literal(value) if isinstance(value, str) else value}  # as it was'


def test_a_sign_off_under_another_policy_is_refused(team: Team) -> None:
    team.run()
    team.approve("ada")
    other = team.place.path / "other.toml"
    other.write_text(team.policy.read_text() + "\n# another\n")
    assert rules(team.judge("--policy", other)) == ["signoff-policy"]


@pytest.mark.parametrize("how", ["author", "beside"])
def test_p46_nobody_signs_a_commit_of_their_own(how: str, team: Team) -> None:
    (team.target / "a.py").write_text("A = 2\n")
    beside = "two\n\nCo-authored-by: A <ADA@example.com>"
    commit(team.target, *(("two", "ada@example.com") if how == "author" else (beside,)))
    team.run()
    done = team.approve("ada")
    assert done.code == 2
    assert "self-approval" in done.stderr and "ada@example.com is both" in done.stderr
    assert team.approve("di").code == 0
    assert not rules(team.judge())


@pytest.mark.parametrize(
    ("who", "more", "role", "words"),
    [
        ("eve", (), "administrator", "nobody of the policy has this key"),
        ("bo", (), "administrator", "wrong role: bo may sign as technical-lead"),
        ("ada", (), "janitor", "no role of the policy"),
        ("ada", ("--item", "party", "--date", "2026-01-01"), "", "no item of the policy"),
        ("ada", ("--item", "gdpr"), "", "--item needs --date"),
        ("ada", ("--date", "2026-01-01"), "", "belong to --item"),
        ("ada", ("--item", "stakeholder-rating", "--date", "2026-01-01"), "", "needs --rating"),
        ("ada", ("--item", "gdpr", "--date", "2999-01-01"), "", "is after its signature"),
        (
            "ada",
            ("--item", "stakeholder-rating", "--date", "2026-01-01", "--rating", "7"),
            "",
            "0 to 5",
        ),
    ],
)
def test_what_would_be_refused_is_not_signed(
    who: str, more: tuple[str, ...], role: str, words: str, team: Team
) -> None:
    team.run()
    done = team.approve(who, *more, role=role or ROLES[who] if who in ROLES else role)
    assert (done.code, words in done.stderr) == (2, True), done.stderr
    assert not (team.target / FOLDER).exists()


def test_it_says_what_is_still_missing_until_nothing_is(team: Team) -> None:
    team.run()
    first = team.approve("ada").stderr
    assert "signatures still missing: 6" in first
    assert "technical-lead (bo) has to sign" in first and "--item gdpr --date DAY" in first
    assert "administrator (ada" not in first and "in place of" not in first
    assert "administrator.toml, in place of the one before" in team.approve("ada").stderr
    team.everything()
    last = team.approve("bo").stderr
    assert "signatures still missing: none\n" in last
    assert f"gatescore judge {team.place.output} --output {team.place.output}\n" in last


def test_it_names_files_that_do_not_count(team: Team) -> None:
    team.run()
    team.approve("ada")
    file = team.target / FOLDER / "administrator.toml"
    file.write_text(file.read_text().replace("victim", "Victim"))
    told = team.approve("bo").stderr
    assert f"refused: {FOLDER}/administrator.toml: it signs another target" in told


def test_it_says_where_the_target_has_gone_on_since_the_run(team: Team) -> None:
    team.run()
    was = git(team.target, "rev-parse", "HEAD")
    (team.target / "a.py").write_text("A = 2\n")
    commit(team.target, "two")
    now = git(team.target, "rev-parse", "HEAD")
    told = team.approve("ada").stderr
    assert f"note: this signs {was}, and the target is at {now} by now" in told


def test_it_says_what_no_signature_mends(team: Team) -> None:
    text = team.policy.read_text()
    team.policy.write_text(text.replace("== 0", "== 1", 1))
    team.run()
    assert "note: a is FAIL: this signature does not change that" in team.approve("ada").stderr


def test_the_next_command_says_where_the_target_and_the_policy_are(team: Team) -> None:
    team.run()
    where = ("--target", str(team.target), "--policy", str(team.policy))
    assert f"--policy {team.policy} --target {team.target}\n" in team.approve("ada", *where).stderr


def test_it_is_said_what_is_no_run_and_no_key(team: Team) -> None:
    team.run()
    argv = ("--role", "administrator", "--key")
    nowhere = team.place.run("approve", team.target, *argv, team.keys["ada"])
    assert "is not the folder of a run" in nowhere.stderr
    for key, words in (("none", "ssh-keygen -t ed25519"), ("di.pub", "with the private one")):
        if key == "di.pub":
            (team.place.path / key).write_text(public_key(team.keys["di"]))
        done = team.place.run("approve", team.place.output, *argv, key)
        assert (done.code, words in done.stderr) == (2, True), done.stderr
    assert team.place.run("judge", team.target).code == 2


def test_a_run_that_has_not_ended_cannot_be_signed(team: Team) -> None:
    team.run()
    (team.place.output / "results" / "a" / "report.json").unlink()
    done = team.approve("ada")
    assert (done.code, "--resume" in done.stderr) == (2, True), done.stderr


def test_a_tree_with_changes_cannot_be_signed(team: Team) -> None:
    """B67."""
    (team.target / "a.py").write_text("A = 3\n")
    ran = team.run()
    assert "the tree has changes that no commit has" in ran.stderr
    assert "commit it and run again" in team.approve("ada").stderr


def test_a_part_of_a_run_cannot_be_signed(team: Team) -> None:
    argv = ("run", team.target, "--policy", team.policy)
    team.place.run(*argv, "--gate", "sign-off")
    assert "chosen gates" in team.approve("ada").stderr
    team.place.run(*argv, "--level", "2")
    assert "--level 3" in team.approve("ada").stderr


def test_the_signers_are_those_of_the_base_revision(team: Team) -> None:
    """Who changes the policy in the same change gives nobody the right to sign it."""
    inside = team.target / "policy.toml"
    text = team.policy.read_text()
    inside.write_text(text)
    commit(team.target, "policy")
    eve = text[text.index("[people.ada]") : text.index("[people.bo]")].replace("ada", "eve")
    own = public_key(team.keys["eve"])
    inside.write_text(text + eve.replace(public_key(team.keys["ada"]), own))
    commit(team.target, "let me in")
    governed = ("--profile", "ci", "--base", "HEAD~1", "--level", "3", "--fresh")
    team.place.run("run", team.target, "--policy", inside, *governed)
    assert "nobody of the policy has this key" in team.approve("eve", role="administrator").stderr
    assert team.approve("ada").code == 0
    assert not rules(team.judge())
    team.place.run("run", team.target, "--policy", inside, "--level", "3", "--fresh")
    assert team.approve("eve", role="administrator").code == 0  # at a desk the tree's own rules


def test_no_regime_is_dropped_by_the_change_under_test(team: Team) -> None:
    (team.target / "gatescore.toml").write_text('name = "victim"\n')
    commit(team.target, "no regimes any more")
    argv = ("run", team.target, "--policy", team.policy, "--level", "3", "--fresh")
    ran = team.place.run(*argv, "--profile", "ci", "--base", "HEAD~1")
    assert any("--item gdpr" in text for text in gate_of(ran.card)["awaiting"])
    assert any("[compliance]" in notice for notice in ran.card["notices"])
    assert gate_of(team.judge())["awaiting"] == gate_of(ran.card)["awaiting"]


def test_a_target_that_has_moved_is_named(team: Team) -> None:
    team.run()
    team.everything()
    moved = team.target.rename(team.place.path / "moved")
    lost = gate_of(team.judge())
    assert (lost["status"], lost["reason"]) == ("ERROR", "incomplete")
    assert "--target" in lost["detail"]
    assert team.judge("--target", moved)["verdict"] == "PASS"
    (team.place.output / "signing.json").unlink()
    assert gate_of(team.judge("--policy", team.policy))["status"] == "ERROR"


def test_a_gate_whose_control_did_not_come_back_is_never_believed(team: Team) -> None:
    """P13: whatever has been signed, and however often it is judged."""
    team.run()
    team.everything()
    signing.distrust(team.place.output, {"sign-off": "signoff did not find its control"})
    gate = gate_of(team.judge())
    assert (gate["status"], gate["reason"]) == ("ERROR", "control-not-detected")


def test_the_control_is_planted_before_it_is_believed(team: Team) -> None:
    ran = team.run("--prove")
    assert ran.statuses["sign-off"] == "PENDING"
    assert json.loads((team.place.output / "signing.json").read_text())["undetected"] == {}


def test_an_agent_can_sign(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = subprocess.run(("ssh-agent", "-c"), capture_output=True, text=True, check=True).stdout
    words = agent.split()
    socket, pid = words[2].rstrip(";"), words[words.index("SSH_AGENT_PID") + 1].rstrip(";")
    env = {"SSH_AUTH_SOCK": socket, "SSH_AGENT_PID": pid}
    try:
        key = team.keys["ada"]
        subprocess.run(("ssh-add", "-q", key), env=env | {"PATH": "/usr/bin:/bin"}, check=True)
        team.run()
        argv = ("approve", team.place.output, "--role", "administrator")
        done = team.place.run(*argv, "--key", key.with_name("ada.pub"), env=env)
        assert done.code == 0, done.stderr
        assert not rules(team.judge())
    finally:
        subprocess.run(("kill", pid), check=False)


def test_without_ssh_keygen_it_is_said_what_to_install(team: Team) -> None:
    team.run()
    bare = team.place.path / "bin"
    bare.mkdir()
    (bare / "git").symlink_to("/usr/bin/git")
    argv = ("approve", team.place.output, "--role", "administrator", "--key", team.keys["ada"])
    done = team.place.run(*argv, env={"PATH": str(bare)})
    assert done.code == 2
    assert "install openssh-client" in done.stderr
