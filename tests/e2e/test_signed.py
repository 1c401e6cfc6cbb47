"""From a whole run that awaits people to a deploy step that accepts it, with real keys."""

import datetime
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gates.core.signed import FOLDER, literal
from tests.e2e.conftest import PEOPLE, REPOSITORY, Run, Team, needs_quiet
from tests.faults.cli import committed, git

POLICY = tomllib.loads((REPOSITORY / "config" / "policy" / "standard.toml").read_text())
ITEMS: dict[str, str] = {name: item["counts"] for name, item in POLICY["items"].items()}
TODAY = str(datetime.datetime.now(datetime.UTC).date())
ROLES = (*POLICY["roles"], *POLICY["level_2_roles"])
AWAITS = ("sign-off", "definition-of-done")


class Done(NamedTuple):
    """What a command said."""

    code: int
    stdout: str
    stderr: str


class Release(NamedTuple):
    """A copy of the run and of its target, which people may sign."""

    run: Path
    target: Path
    team: Team

    def gatescore(self, *argv: str | Path) -> Done:
        program = Path(sys.executable).parent / "gatescore"
        done = subprocess.run([program, *argv], capture_output=True, text=True, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    def approve(self, role: str, *more: str) -> Done:
        who = ("--role", role, "--key", self.team.keys[role], "--target", self.target)
        return self.gatescore("approve", self.run, *who, *more)

    def judge(self, *more: str | Path) -> Run:
        done = self.gatescore("judge", self.run, "--target", self.target, "--json", *more)
        return Run(done.code, done.stderr, json.loads(done.stdout), self.run)

    def everybody_signs(self) -> None:
        for role in dict.fromkeys(ROLES):
            done = self.approve(role)
            assert done.code == 0, done.stderr
        for item, counts in ITEMS.items():
            rating = ("--rating", "4.8") if counts == "rating" else ()
            done = self.approve("administrator", "--item", item, "--date", TODAY, *rating)
            assert done.code == 0, done.stderr

    def files(self) -> list[Path]:
        return sorted((self.target / FOLDER).iterdir())


def copied(source: Release, folder: Path) -> Release:
    shutil.copytree(source.run, folder / "run")
    shutil.copytree(source.target, folder / "bookstore")
    return Release(folder / "run", folder / "bookstore", source.team)


@pytest.fixture
def unsigned(bookstore: Run, team: Team, tmp_path: Path) -> Release:
    needs_quiet(bookstore)
    return copied(Release(bookstore.folder, team.target, team), tmp_path)


@pytest.fixture(scope="module")
def everything(bookstore: Run, team: Team, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Signed by everybody, once; nobody changes it."""
    needs_quiet(bookstore)
    whole = Release(bookstore.folder, team.target, team)
    release = copied(whole, tmp_path_factory.mktemp("signed"))
    release.everybody_signs()
    return release


@pytest.fixture
def signed(everything: Release, tmp_path: Path) -> Release:
    return copied(everything, tmp_path)


def verdicts(card: dict[str, Any]) -> dict[int, str]:
    return {level["level"]: level["verdict"] for level in card["levels"]}


def waiting(card: dict[str, Any]) -> list[str]:
    return [step for step in card["next_steps"] if step.startswith(AWAITS)]


def open_items(card: dict[str, Any]) -> list[str]:
    items = (item for one in card["checklists"] for item in one["items"])
    return [item["title"] for item in items if item["state"] not in ("done", "absent")]


def test_unsigned_it_is_pending_and_each_signature_is_a_step_of_its_own(unsigned: Release) -> None:
    run = unsigned.judge()
    assert (run.code, verdicts(run.card)[3]) == (3, "INCONCLUSIVE")
    assert {run.gate(id)["status"] for id in AWAITS} == {"PENDING"}
    steps = waiting(run.card)
    assert len(steps) == len(set(ROLES)) + len(ITEMS)
    commit = git(unsigned.target, "rev-parse", "HEAD")
    for role, (who, _) in PEOPLE.items():
        text = f"{role} ({who}) has to sign commit {commit}: gatescore approve --role {role} "
        assert sum(text in step for step in steps) == 1, steps
    for item in ITEMS:
        assert sum(f"--item {item} --date DAY" in step for step in steps) == 1, steps


def test_the_run_itself_said_the_same(bookstore: Run, unsigned: Release) -> None:
    assert unsigned.judge().card == bookstore.card
    assert all(step in bookstore.told for step in waiting(bookstore.card))


def test_where_the_policy_names_nobody_it_says_where_to_name_them(unsigned: Release) -> None:
    run = unsigned.judge("--policy", "standard")
    assert run.code == 3
    told = [step for step in waiting(run.card) if "the policy names nobody for it" in step]
    assert len(told) == len(set(ROLES))
    assert all("[people]" in step for step in told)


def test_signed_the_example_passes_level_3(signed: Release) -> None:
    """Level 1 warns of the advisory data, a small extract, and so do those that hold it."""
    run = signed.judge()
    statuses = {id: status for id, status in run.statuses().items() if status != "PASS"}
    assert statuses == {"cache": "SKIPPED", "dependencies": "WARN"}
    assert (run.code, verdicts(run.card)) == (0, {1: "WARN", 2: "WARN", 3: "WARN"})
    assert open_items(run.card) == []
    assert waiting(run.card) == []


def test_committing_the_signatures_outdates_none(signed: Release) -> None:
    before = signed.judge()
    committed(signed.target)
    assert signed.judge() == before


@pytest.mark.parametrize(
    ("criterion", "file", "words", "code", "status"),
    [
        ("roles", "administrator", "--role administrator", 3, "PENDING"),
        ("regimes", "item-penetration-test-ada", "--item penetration-test", 3, "PENDING"),
        ("level-2", "expert", "--role expert", 0, "WARN"),
        ("drills", "item-restore-drill-ada", "--item restore-drill", 0, "WARN"),
        ("rating", "item-stakeholder-rating-ada", "--item stakeholder-rating", 0, "WARN"),
    ],
)
def test_with_one_signature_less_it_asks_for_that_one(
    criterion: str, file: str, words: str, code: int, status: str, signed: Release
) -> None:
    """It waits for those that block, and warns of the others."""
    (signed.target / FOLDER / f"{file}.toml").unlink()
    run = signed.judge()
    assert (run.code, run.gate("sign-off")["status"]) == (code, status)
    assert run.criterion(f"sign-off.{criterion}")["status"] == "NO_DATA"
    (step,) = waiting(run.card)
    assert words in step


def test_a_deploy_step_accepts_it_once_it_is_attested(signed: Release, tmp_path: Path) -> None:
    key, where = tmp_path / "gates.key", ("--target", signed.target)
    assert signed.gatescore("keygen", key).code == 0
    attest = ("attest", signed.run, "--key", key, *where)
    early = signed.gatescore(*attest)
    assert (early.code, "gatescore judge" in early.stderr) == (3, True), early.stderr
    assert signed.gatescore("judge", signed.run, "--output", signed.run, *where).code == 0
    commit = git(signed.target, "rev-parse", "HEAD")
    done = signed.gatescore(*attest, "--commit", commit)
    assert done.code == 0, done.stderr
    (digest,) = re.findall("policy digest: (sha256:[0-9a-f]{64})", done.stderr)
    verify = (
        *("verify", "--envelope", signed.run / "attestation.intoto.jsonl"),
        *("--key", tmp_path / "gates.key.pub", "--subject", f"gitCommit:{commit}"),
        *("--policy-digest", digest, "--require", "L1,L2,L3,sign-off,definition-of-done"),
    )
    assert "dependencies" in signed.gatescore(*verify).stderr  # passed with warnings
    accepted = signed.gatescore(*verify, "--allow-warnings")
    assert accepted.code == 0, accepted.stderr
    (signed.target / FOLDER / "administrator.toml").unlink()
    gone = signed.gatescore(*attest)
    assert (gone.code, "not what the stored evidence gives" in gone.stderr) == (3, True)


def test_unsigned_nothing_is_attested(unsigned: Release, tmp_path: Path) -> None:
    unsigned.gatescore("keygen", tmp_path / "gates.key")
    where = ("--target", unsigned.target, "--key", tmp_path / "gates.key")
    done = unsigned.gatescore("attest", unsigned.run, *where)
    assert (done.code, "INCONCLUSIVE" in done.stderr) == (3, True)


def test_every_file_written_anew_still_counts(signed: Release) -> None:
    before = signed.judge()
    for file in signed.files():
        file.write_text("\r\n".join(otherwise(tomllib.loads(file.read_text()))), newline="")
    assert signed.judge() == before


def otherwise(table: dict[str, Any]) -> Iterator[str]:
    """The same values in another order and spelling, with a comment."""
    yield "# written anew"
    for key, value in reversed(table.items()):
        yield f'  "{key}"={literal(value) if isinstance(value, str) else value}  # as it was'


def test_one_value_of_one_file_is_one_refusal(signed: Release) -> None:
    file = signed.target / FOLDER / "item-stakeholder-rating-ada.toml"
    file.write_text(file.read_text().replace("rating = 4.8", "rating = 4.9"))
    run = signed.judge()
    assert (run.code, run.gate("sign-off")["status"]) == (1, "FAIL")
    assert [one["rule"] for one in run.gate("sign-off")["findings"]] == ["signoff-signature"]
