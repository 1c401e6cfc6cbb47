"""`gatescore attest` and `verify` as a pipeline uses them: processes, files, exit codes."""

import argparse
import base64
import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gates import cli
from gates.commands import attest, verify
from tests.faults.cli import FAULTS, Completed, Place, committed, fake, git

PAGE = (Path(__file__).parents[2] / "docs" / "attestation.md").read_text()
GATES = {"a": fake(), "b": fake(level=2)}
Here = Callable[..., tuple[int, str]]
NAME = "attestation.intoto.jsonl"


class Released:
    """A run of a committed target, whose folder each test gets a copy of."""

    def __init__(self, path: Path, gates: dict[str, Any]) -> None:
        self.place = Place(path, path / "cache")
        self.policy = self.place.policy(gates)
        self.tree = self.place.target()
        self.commit = committed(self.tree)
        self.ran = self.place.run("run", self.tree, "--policy", self.policy)
        self.key = path / "gates.key"
        assert self.place.run("keygen", self.key).code == 0

    def copy(self, name: str) -> Path:
        """The run's folder, to be changed."""
        return Path(shutil.copytree(self.place.output, self.place.path / name))

    def attest(self, folder: Path, *more: str | Path) -> Completed:
        """Sign the run in a folder."""
        given = ("--key", self.key, "--policy", self.policy)
        return self.place.run("attest", folder, *given, *more, output=folder)

    def demand(self, folder: Path, **changed: str) -> list[str]:
        """The arguments of a deploy step."""
        digest = self.ran.card["policy"]["digest"]
        given = {
            "--envelope": str(folder / NAME),
            "--key": f"{self.key}.pub",
            "--subject": f"gitCommit:{self.commit}",
            "--policy-digest": digest,
            "--require": "L1, L2,a,b",
        } | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
        return [word for pair in given.items() for word in pair]

    def verify(self, folder: Path, **changed: str) -> Completed:
        """Verify the attestation in a folder."""
        return self.place.run("verify", *self.demand(folder, **changed))


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return Released(tmp_path_factory.mktemp("passed"), GATES)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return Released(tmp_path_factory.mktemp("failed"), {"a": fake(), "b": fake("works", 0, 2)})


@pytest.fixture(scope="module")
def unclear(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return Released(tmp_path_factory.mktemp("unclear"), {"a": fake(), "b": fake("crashes")})


@pytest.fixture
def folder(passed: Released, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A copy of the run that passed."""
    copy = passed.copy(re.sub(r"\W", "-", request.node.name))
    yield copy
    shutil.rmtree(copy)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """The command line in this process: many small changes need not wait for many starts."""
    monkeypatch.syspath_prepend(str(FAULTS / "plugin"))

    def run(*arguments: str | Path) -> tuple[int, str]:
        capsys.readouterr()
        return cli.main([str(word) for word in arguments]), capsys.readouterr().err

    return run


def statements(folder: Path) -> tuple[Any, Any]:
    lines = (folder / NAME).read_text().split("\n")
    result, summary = (json.loads(base64.b64decode(json.loads(one)["payload"])) for one in lines)
    return result, summary


def test_what_passed_is_attested_and_verified(passed: Released, folder: Path) -> None:
    done = passed.attest(folder)
    assert (done.code, done.stdout) == (0, b"")
    assert "PASSED" in done.stderr
    assert passed.ran.card["policy"]["digest"] in done.stderr
    verified = passed.verify(folder)
    assert (verified.code, verified.stdout) == (0, b"")
    assert verified.stderr.count("\n") == 1
    assert passed.commit in verified.stderr and "L1, L2, a, b passed" in verified.stderr


def test_artifacts_are_subjects_too(passed: Released, folder: Path) -> None:
    image = folder / "image.tar"
    image.write_bytes(b"layers")
    assert passed.attest(folder, "--subject", f"image={image}").code == 0
    assert passed.verify(folder, subject=str(image)).code == 0
    image.write_bytes(b"other layers")
    refused = passed.verify(folder, subject=str(image))
    assert (refused.code, "it is not about" in refused.stderr) == (3, True)


def test_the_run_id_of_the_pipeline_binds_the_two(passed: Released, folder: Path) -> None:
    assert passed.attest(folder, "--run-id", "pipeline-7").code == 0
    assert passed.verify(folder, run_id="pipeline-7").code == 0
    assert passed.verify(folder, run_id="pipeline-8").code == 3


def test_two_keys_sign(passed: Released, folder: Path) -> None:
    other = folder / "other.key"
    passed.place.run("keygen", other)
    assert passed.attest(folder, "--key", other).code == 0
    both = ["--key", f"{passed.key}.pub", f"{other}.pub", "--threshold", "2"]
    asked = passed.demand(folder)
    assert passed.place.run("verify", *asked, *both).code == 0
    assert passed.attest(folder).code == 0
    assert passed.place.run("verify", *asked, *both).code == 3
    twice = ["--key", f"{passed.key}.pub", f"{passed.key}.pub", "--threshold", "2"]
    assert passed.place.run("verify", *asked, *twice).code == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"require": "L1,L2,L3"},
        {"require": "c"},
        {"require": ","},
        {"subject": "gitCommit:" + "0" * 40},
        {"subject": "sha256:short"},
        {"subject": "no-such-file"},
        {"policy_digest": "sha256:" + "0" * 64},
        {"policy_digest": "standard"},
        {"max_age": "1"},
        {"max_age": "0h"},
        {"threshold": "2"},
        {"threshold": "0"},
        {"verifier_id": "https://judge.example"},
        {"envelope": "/dev/null"},
        {"envelope": "/dev/zero"},
        {"envelope": "."},
        {"key": "no-such-key"},
        {"key": "/dev/null"},
    ],
    ids=str,
)
def test_p69_whatever_is_not_proved_is_refused_in_one_line(
    passed: Released, folder: Path, changed: dict[str, str], here: Here
) -> None:
    assert here("attest", folder, "--key", passed.key, "--policy", passed.policy)[0] == 0
    code, told = here("verify", *passed.demand(folder, **changed))
    assert code == 3
    assert told.startswith("gatescore: refused: ")
    assert told.count("\n") == 1


def test_a_text_from_an_envelope_moves_no_cursor(passed: Released, folder: Path) -> None:
    (folder / NAME).write_text('{"payload":"","\\u001b[2J\\n\\u202eevil":1}')
    done = passed.verify(folder)
    assert (done.code, done.stderr.count("\n")) == (3, 1)
    assert "\x1b" not in done.stderr and "\u202e" not in done.stderr


def test_a_broken_installation_is_a_refusal(passed: Released, folder: Path) -> None:
    passed.attest(folder)
    broken = folder / "broken" / "cryptography"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('half installed')\n")
    env = {"PYTHONPATH": str(broken.parent)}
    done = passed.place.run("verify", *passed.demand(folder), env=env)
    assert done.code == 3
    assert done.stderr == "gatescore: refused: RuntimeError: half installed\n"


def test_without_a_demand_nothing_is_verified(passed: Released) -> None:
    done = passed.place.run("verify", "--envelope", "x", "--key", "y")
    assert done.code == 2
    assert "--subject, --policy-digest, --require" in done.stderr


def test_p67_an_inconclusive_run_is_attested_as_failed_or_not_at_all(unclear: Released) -> None:
    folder = unclear.place.output
    refused = unclear.attest(folder)
    assert refused.code == 3
    assert "INCONCLUSIVE" in refused.stderr and "--inconclusive-as-failed" in refused.stderr
    assert not (folder / NAME).exists()
    done = unclear.attest(folder, "--inconclusive-as-failed")
    assert (done.code, "FAILED" in done.stderr) == (0, True)
    result, summary = statements(folder)
    assert result["predicate"]["result"] == "FAILED"
    assert "not_run:b" in result["predicate"]["failedTests"]
    assert summary["predicate"]["verificationResult"] == "FAILED"
    assert unclear.verify(folder, require="a").code == 3


def test_a_failed_run_is_attested_as_failed_and_never_verified(failed: Released) -> None:
    folder = failed.place.output
    assert failed.attest(folder).code == 0
    assert statements(folder)[0]["predicate"]["failedTests"] == ["L1", "b"]
    assert failed.verify(folder, require="a").code == 3


def edited(name: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    """Change one JSON file of a run, written as we write it."""

    def edit(folder: Path) -> None:
        value = json.loads((folder / name).read_text())
        change(value)
        text = json.dumps(value, indent=2 if name == "scorecard.json" else 1, sort_keys=True)
        (folder / name).write_text(text + "\n")

    return edit


def card(**members: Any) -> Callable[[Path], None]:
    return edited("scorecard.json", lambda value: value.update(members))


def inside(part: str, **members: Any) -> Callable[[Path], None]:
    return edited("scorecard.json", lambda value: value[part].update(members))


def gate_b(value: Any) -> Any:
    return value["gates"][1]


HAND: dict[str, Callable[[Path], None]] = {
    "verdict": card(verdict="WARN"),
    "score": card(score=99.0),
    "what decided": card(decided_by="because"),
    "valid until": card(valid_until="2099-01-01T00:00:00Z"),
    "level": edited("scorecard.json", lambda value: value["levels"][1].update(score=1.0)),
    "gate lost": edited("scorecard.json", lambda value: value["gates"].pop()),
    "status of a gate": edited("scorecard.json", lambda value: gate_b(value).update(status="WARN")),
    "value": edited("scorecard.json", lambda value: gate_b(value)["criteria"][0].update(value=1.0)),
    "revision": inside("target", revision="0" * 40),
    "name": inside("target", name="other"),
    "policy": inside("policy", digest="sha256:" + "0" * 64),
    "start": inside("run", started_at="2026-01-01T00:00:00Z"),
    "id": inside("run", id="other"),
    "spaces": lambda folder: (folder / "scorecard.json").write_bytes(
        (folder / "scorecard.json").read_bytes() + b"\n"
    ),
    "evidence": edited(
        "results/b/report.json",
        lambda value: value["reports"][0]["measurements"]["fake.errors"].update(value=7.0),
    ),
    "evidence lost": lambda folder: (folder / "results" / "b" / "report.json").unlink(),
    "plan": edited("plan.json", lambda value: value.update(decisive_level=1)),
    "partial plan": edited("plan.json", lambda value: value.update(partial=True)),
    "plan lost": lambda folder: (folder / "plan.json").unlink(),
    "beginning": edited("subject.json", lambda value: value.update(run="other")),
    "beginning lost": lambda folder: (folder / "subject.json").unlink(),
    "card lost": lambda folder: (folder / "scorecard.json").unlink(),
    "card broken": lambda folder: (folder / "scorecard.json").write_text("{"),
}


def test_the_edits_themselves_change_nothing_else(
    passed: Released, folder: Path, here: Here
) -> None:
    for name in ("scorecard.json", "plan.json", "subject.json", "results/b/report.json"):
        before = (folder / name).read_bytes()
        edited(name, lambda value: None)(folder)
        assert (folder / name).read_bytes() == before
    assert here("attest", folder, "--key", passed.key, "--policy", passed.policy)[0] == 0


@pytest.mark.parametrize("change", HAND.values(), ids=HAND)
def test_what_was_changed_by_hand_is_not_attested(
    passed: Released, folder: Path, change: Callable[[Path], None], here: Here
) -> None:
    change(folder)
    code, told = here("attest", folder, "--key", passed.key, "--policy", passed.policy)
    assert code in (2, 3)
    assert re.search("was changed|no such file|not a Scorecard|judged under", told)
    assert not (folder / NAME).exists()


def test_a_failed_run_is_not_attested_as_passed_by_changing_its_card(failed: Released) -> None:
    folder = failed.copy("forged")
    card(verdict="PASS", score=100.0)(folder)
    done = failed.attest(folder)
    assert (done.code, "not what the stored evidence gives" in done.stderr) == (3, True)


def test_the_policy_has_to_be_the_one_that_judged(passed: Released, folder: Path) -> None:
    other = passed.place.policy({"a": fake()}, "mild")
    done = passed.place.run("attest", folder, "--key", passed.key, "--policy", other)
    assert (done.code, "--policy" in done.stderr) == (3, True)


def test_another_commit_than_the_pipelines_is_refused(passed: Released, folder: Path) -> None:
    assert passed.attest(folder, "--commit", passed.commit).code == 0
    (folder / NAME).unlink()
    done = passed.attest(folder, "--commit", "0" * 40)
    assert (done.code, passed.commit in done.stderr) == (3, True)
    assert not (folder / NAME).exists()


@pytest.mark.parametrize("state", ["dirty", "no git", "partial", "no commit"])
def test_b67_what_is_no_commit_or_not_all_of_it_is_refused(place: Place, state: str) -> None:
    policy = place.policy(GATES)
    tree = place.target()
    if state != "no git":
        committed(tree)
    if state == "dirty":
        (tree / "a.py").write_text("A = 2\n")
    if state == "no commit":
        shutil.rmtree(tree / ".git")
        git(tree, "init", "-q")
    place.run("run", tree, "--policy", policy, *(["--gate", "a"] if state == "partial" else []))
    place.run("keygen", place.path / "k")
    done = place.run("attest", place.output, "--key", place.path / "k", "--policy", policy)
    word = {"dirty": "dirty", "partial": "partial"}.get(state, "only a commit")
    assert (done.code, word in done.stderr) == (3, True)


@pytest.mark.parametrize("subject", ["image", "=x", "image=", "image=none.tar"])
def test_a_subject_that_is_none_is_refused(
    passed: Released, folder: Path, subject: str, here: Here
) -> None:
    given = ("--key", passed.key, "--policy", passed.policy)
    assert here("attest", folder, *given, "--subject", subject)[0] in (2, 3)
    assert not (folder / NAME).exists()


def test_a_key_that_others_may_read_is_refused(passed: Released, folder: Path) -> None:
    open_key = folder / "open.key"
    shutil.copy(passed.key, open_key)
    open_key.chmod(0o644)
    given = ("--key", open_key, "--policy", passed.policy)
    done = passed.place.run("attest", folder, *given)
    assert (done.code, "chmod 600" in done.stderr) == (3, True)


WITNESS = "import pathlib\npathlib.Path({!r}).write_text('ran')\n"
CONTENT = ("conftest.py", "sitecustomize.py", "usercustomize.py", "json.py", "msgspec.py")


def test_p71_no_code_of_the_target_runs_where_the_key_is(passed: Released, folder: Path) -> None:
    """Whatever lies in the target, even where the commands are called in it."""
    witness = passed.place.path / "witness"
    hostile = passed.place.path / "hostile"
    hostile.mkdir()
    for name in (*CONTENT, "gates.py", "setup.py", "pyproject.toml"):
        (hostile / name).write_text(WITNESS.format(str(witness)))
    program = str(Path(sys.executable).with_name("gatescore"))
    signing = ["attest", str(folder), "--key", str(passed.key), "--policy", str(passed.policy)]
    judge = ["judge", str(folder), "--policy", str(passed.policy)]
    for argv in (judge, signing, ["verify", *passed.demand(folder)]):
        done = passed.place.run(argv[0], before=[program, *argv], cwd=hostile)
        assert done.code == 0, done.stderr
    assert not witness.exists()


def test_verifying_loads_nothing_that_it_does_not_need(passed: Released, folder: Path) -> None:
    """A deploy step waits for it: under 0.3 s as a whole (bench), so no part of the rest."""
    passed.attest(folder)
    heavy = ("gates.catalog", "gates.shell.config", "jinja2", "jsonschema", "importlib.metadata")
    heavy += ("sigstore", "requests", "gates.shell.sigstore_bundles")
    code = (
        "import sys; from gates.cli import main; code = main(sys.argv[1:]);"
        f"print([name for name in {heavy!r} if name in sys.modules]); sys.exit(code)"
    )
    argv = [sys.executable, "-c", code, "verify", *passed.demand(folder)]
    done = passed.place.run("verify", before=argv)
    assert (done.code, done.stdout) == (0, b"[]\n")


@pytest.mark.parametrize("command", [attest, verify])
def test_the_page_names_every_option(command: ModuleType) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    options = {text for action in parser._actions for text in action.option_strings}
    assert {option for option in options if option not in PAGE} == set()


def test_the_page_shows_what_the_program_accepts() -> None:
    shown = re.findall(r"^ +gatescore (attest|verify) ((?:.*\\\n)*.*)$", PAGE, re.MULTILINE)
    assert len(shown) >= 4
    for name, text in shown:
        parser = argparse.ArgumentParser()
        {"attest": attest, "verify": verify}[name].add_arguments(parser)
        words = shlex.split(text.partition("||")[0].replace("\\\n", " "))
        assert parser.parse_args(words)


@pytest.mark.parametrize("name", [NAME, *attest.BUNDLES])
def test_a_run_in_the_same_folder_leaves_no_old_attestation(place: Place, name: str) -> None:
    policy = place.policy({"a": fake()})
    place.run("run", place.target(), "--policy", policy)
    (place.output / name).write_text("of the run before")
    place.run("run", place.target(), "--policy", policy)
    assert not (place.output / name).exists()
