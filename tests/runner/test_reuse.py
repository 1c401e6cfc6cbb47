"""Taking results over: only what has the same content in every input, and never for a release."""

import dataclasses
import datetime
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.model import (
    Failure,
    Finding,
    GateReport,
    GateResult,
    GateStatus,
    Reason,
    Severity,
    ToolReport,
)
from gates.core.plan import plan
from gates.core.policy import Profile
from gates.core.redact import Redactor
from gates.runner import governance, kept, resume, reuse
from gates.runner.prepare import Wish, session
from gates.shell.process import Cancellation
from tests.faults.cli import FAULTS, Completed, Place, committed, git, service

NOW = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)
PLAIN = Redactor()
CODE = '[code]\npaths = ["src"]\n'
LINT = {
    "level": 1,
    "title": "Lint",
    "tools": ["ruff"],
    "reuse": True,
    "criteria": {"errors": {"title": "E", "metric": "lint.errors", "pass": [["== 0"]]}},
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A small target of its own, with a git repository, and a policy of one gate."""
    place = Place(tmp_path, tmp_path / "cache")
    place.target(CODE, {"src/a.py": '"""A."""\n', "src/b.py": '"""B."""\n', "base.txt": "1\n"})
    committed(tmp_path / "t")
    place.policy({"lint": LINT})
    return place


def run(place: Place, *options: str, **more: Any) -> Completed:
    """One run of the gate."""
    return place.run("run", place.path / "t", "--policy", place.path / "p.toml", *options, **more)


def reused(done: Completed) -> set[str]:
    """The gates that were taken over."""
    return set(done.card["run"]["reused_s"])


def test_a_result_is_taken_over_with_its_age_where_nothing_changed(place: Place) -> None:
    assert reused(run(place)) == set()
    again = run(place)
    assert (again.code, again.statuses) == (0, {"lint": "PASS"})
    assert 0 < again.card["run"]["reused_s"]["lint"] < 600
    assert "lint: taken over from a run" in again.stderr


def edit(file: str, text: str) -> Callable[[Place], None]:
    """A change of one file of the target."""
    return lambda place: (place.path / "t" / file).write_text(text) and None


def same_size_and_time(place: Place) -> None:
    """Another content behind the size and the times of the old one (P15)."""
    file = place.path / "t" / "src" / "a.py"
    before = file.stat()
    file.write_text("abc + 1\n\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def other_policy(**change: Any) -> Callable[[Place], None]:
    """A policy whose gate has other keys."""
    return lambda place: place.policy({"lint": LINT | change}) and None


CHANGES: dict[str, Callable[[Place], Any]] = {
    "content": edit("src/a.py", '"""C."""\n'),
    "content of a file that is no code": edit("base.txt", "2\n"),
    "path": lambda place: (place.path / "t/src/a.py").rename(place.path / "t/src/c.py"),
    "a file more": edit("src/c.py", '"""C."""\n'),
    "a file less": lambda place: (place.path / "t/src/a.py").unlink(),
    "the target file": edit("gatescore.toml", f'name = "victim"\n{CODE}# changed\n'),
    "settings": other_policy(options={"level": 3}),
    "a bound": other_policy(
        criteria={"errors": {"title": "E", "metric": "lint.errors", "pass": [["<= 1"]]}}
    ),
    "the base commit": lambda place: git(
        place.path / "t", "commit", "-q", "--allow-empty", "-m", "next"
    ),
    "times alone": lambda place: os.utime(place.path / "t/src/a.py", (1, 1)),
}


def key(place: Place, environ: Mapping[str, str] | None = None) -> str:
    """The key of the gate's result, as a run makes it; "" where nothing would be taken over."""
    rules = governance.present_rules(place.path / "t", str(place.path / "p.toml"))
    planned = plan(rules.target.target, rules.policy.policy, Profile(name="p", decisive_level=1))
    wish = Wish(
        target=rules.target.target,
        root=rules.target.root,
        output=place.output,
        today="2026-05-04",
        base=governance.base_of(rules.target.root, "", {}),
        names_at="",
    )
    env = {"GATESCORE_CACHE": str(place.cache), **(environ or {})}
    with session(wish, Cancellation(), env) as opened:
        opened = dataclasses.replace(opened, surroundings="x")
        given = resume.keys(planned, opened, rules.target.digest)
        return reuse.keys(planned, given, opened).get("lint", "")


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_measured_again(place: Place, change: str) -> None:
    before = key(place)
    CHANGES[change](place)
    assert before
    assert (key(place) == before) is (change == "times alone")


def test_another_search_path_or_what_was_renamed_since_measures_again(place: Place) -> None:
    target = place.path / "t"
    before = key(place, {"PATH": "/bin"})
    assert (key(place, {"PATH": "/bin"}), key(place, {"PATH": "/"})) != (before, before)
    (target / "src/a.py").rename(target / "src/c.py")
    assert key(place, {"PATH": "/bin"}) != before


def test_a_file_with_the_size_and_time_of_the_old_one_fails(place: Place) -> None:
    """P15."""
    assert run(place).statuses == {"lint": "PASS"}
    same_size_and_time(place)
    assert run(place).statuses == {"lint": "FAIL"}


def test_another_version_of_a_tool_measures_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(place)
    other = place.path / "site" / "ruff-99.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: ruff\nVersion: 99.0\n")
    monkeypatch.syspath_prepend(str(other.parent))
    assert key(place) != before


@pytest.mark.parametrize("options", [["--fresh"], ["--prove"], ["--profile", "nightly"]])
def test_nothing_is_taken_over_where_it_must_not_be(place: Place, options: list[str]) -> None:
    run(place)
    known = sorted(place.cache.rglob("*.json"))
    done = run(place, *options)
    assert reused(done) == set()
    assert [f for f in sorted(place.cache.rglob("*.json")) if "results" in f.parts] == [
        f for f in known if "results" in f.parts
    ]


@pytest.mark.parametrize("change", [{"reuse": False}, {"tools": ["fake"]}])
def test_a_gate_that_does_not_say_so_or_has_tools_of_others_is_measured_again(
    place: Place, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells us when the code of others changes."""
    monkeypatch.syspath_prepend(str(FAULTS / "plugin"))
    assert key(place)
    place.policy({"lint": LINT | change})
    assert key(place) == ""


def test_a_known_secret_never_lands_in_the_cache(place: Place) -> None:
    value = "hunter2_is_the_word"
    served = service("x.py", "{port}", env_from=["WORD"])
    place.target(CODE + served, {"src/a.py": f'"""A."""\n\nprint({value})\n'})
    done = run(place, env={"WORD": value})
    assert done.statuses == {"lint": "FAIL"}
    kept_files = [f for f in place.cache.rglob("*") if f.is_file()]
    assert [f.parent.name for f in kept_files if f.suffix == ".json"].count("results") == 1
    assert not [f for f in kept_files if value.encode() in f.read_bytes()]


def test_what_became_a_secret_since_is_not_told(place: Place) -> None:
    value = "hunter2_is_the_word"
    served = service("x.py", "{port}", env_from=["WORD"])
    place.target(CODE + served, {"src/a.py": f'"""A."""\n\nprint({value})\n'})
    assert value in run(place, env={"WORD": "something else"}).scorecard.decode()
    done = run(place, env={"WORD": value})
    assert (done.statuses, reused(done)) == ({"lint": "FAIL"}, set())
    assert value not in done.scorecard.decode() + done.stderr


def test_a_cache_that_takes_nothing_costs_time_alone(place: Place) -> None:
    (place.cache / "gatescore").mkdir(parents=True)
    for name in ("results", "files", "tools"):
        (place.cache / "gatescore" / name).write_text("no folder")
    for _ in range(2):
        done = run(place)
        assert (done.statuses, reused(done)) == ({"lint": "PASS"}, set())


def test_two_runs_at_once_share_a_cache(place: Place) -> None:
    target, policy = place.path / "t", place.path / "p.toml"
    for _ in range(2):
        arguments = ("run", target, "--policy", policy, "--output")
        with (
            place.begin(*arguments, place.path / "one") as one,
            place.begin(*arguments, place.path / "two") as two,
        ):
            assert (one.communicate()[1] is None, one.wait(), two.wait()) == (False, 0, 0)
    cards = [json.loads((place.path / n / "scorecard.json").read_bytes()) for n in ("one", "two")]
    assert [set(card["run"]["reused_s"]) for card in cards] == [{"lint"}, {"lint"}]
    assert len(list((place.cache / "gatescore" / "results").iterdir())) == 1


# What is kept, and what is read again -----------------------------------------------------------


def report(**more: Any) -> ToolReport:
    """A tool's report on one file."""
    return ToolReport(tool="ruff", examined=1, examined_unit="files", **more)


def result(status: GateStatus) -> GateResult:
    """The judge's word."""
    return GateResult(id="lint", title="Lint", level=1, status=status)


def is_kept(cache: Path, given: GateReport, status: GateStatus) -> bool:
    """Whether a result is there to be taken over."""
    reuse.keep(cache, "k", given, result(status), NOW, PLAIN)
    return reuse.find(cache, "lint", "k", NOW, PLAIN) is not None


MANY = tuple(
    Finding(tool="ruff", rule="F1", severity=Severity.HIGH, message=f"{n}")
    for n in range(kept.MOST_FINDINGS + 1)
)


@pytest.mark.parametrize(
    ("more", "status", "expected"),
    [
        ({"reports": (report(),)}, GateStatus.PASS, True),
        ({"reports": (report(),)}, GateStatus.FAIL, True),
        ({"reports": (report(),)}, GateStatus.WARN, True),
        ({"reports": (report(),)}, GateStatus.ERROR, False),
        ({"reports": (report(),)}, GateStatus.NOT_RUN, False),
        ({"reports": ()}, GateStatus.PASS, False),
        ({"reports": (report(incomplete=("a.py: unreadable",)),)}, GateStatus.FAIL, False),
        ({"reports": (report(pending=("sign it",)),)}, GateStatus.PASS, False),
        ({"reports": (report(),), "reused": True}, GateStatus.PASS, False),
        ({"reports": (report(),), "not_run": "down"}, GateStatus.PASS, False),
        (
            {"reports": (report(),), "failure": Failure(reason=Reason.TIMEOUT, detail="x")},
            GateStatus.FAIL,
            False,
        ),
        ({"reports": (report(findings=MANY[1:]),)}, GateStatus.FAIL, True),
        ({"reports": (report(findings=MANY),)}, GateStatus.FAIL, False),
    ],
)
def test_only_verdicts_on_everything_are_kept(
    tmp_path: Path, more: dict[str, Any], status: GateStatus, expected: bool
) -> None:
    assert is_kept(tmp_path, GateReport(gate="lint", **more), status) is expected


def entry(cache: Path, **change: Any) -> Path:
    """One kept entry, with other values than it should have."""
    values = {
        "key": "k",
        "measured_at": NOW,
        "report": GateReport(gate="lint", reports=(report(),)),
    }
    file = cache / reuse.FOLDER / "k.json"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(msgspec.json.encode(values | change))
    return file


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (datetime.timedelta(seconds=-1), False),
        (datetime.timedelta(), True),
        (reuse.LONGEST, True),
        (reuse.LONGEST + datetime.timedelta(seconds=1), False),
        (datetime.timedelta(days=7, seconds=1), False),
    ],
)
def test_an_entry_of_the_future_or_too_old_is_ignored(
    tmp_path: Path, age: datetime.timedelta, expected: bool
) -> None:
    entry(tmp_path, measured_at=NOW - age)
    taken = reuse.find(tmp_path, "lint", "k", NOW, PLAIN)
    assert (taken is not None) is expected
    if taken is not None:
        assert (taken.age_s, taken.report.reused) == (age.total_seconds(), True)


@pytest.mark.parametrize(
    "change",
    [
        {"key": "other"},
        {"report": GateReport(gate="format", reports=(report(),))},
        {"measured_at": "2026-05-04T12:00:00"},
        {"measured_at": "soon"},
        {"report": None},
    ],
)
def test_an_entry_of_something_else_is_ignored(tmp_path: Path, change: dict[str, Any]) -> None:
    entry(tmp_path, **change)
    assert reuse.find(tmp_path, "lint", "k", NOW, PLAIN) is None


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_entry_is_ignored(tmp_path: Path, data: bytes) -> None:
    entry(tmp_path).write_bytes(data)
    assert reuse.find(tmp_path, "lint", "k", NOW, PLAIN) is None


def test_every_truncated_entry_is_ignored(tmp_path: Path) -> None:
    file = entry(tmp_path)
    data = file.read_bytes()
    for end in range(len(data)):
        file.write_bytes(data[:end])
        assert reuse.find(tmp_path, "lint", "k", NOW, PLAIN) is None


def test_an_entry_too_large_to_hold_is_ignored(tmp_path: Path) -> None:
    file = entry(tmp_path)
    with file.open("ab") as opened:
        opened.write(b" " * (kept.MOST_BYTES - file.stat().st_size))
    assert reuse.find(tmp_path, "lint", "k", NOW, PLAIN) is not None
    with file.open("ab") as opened:
        opened.write(b" ")
    assert reuse.find(tmp_path, "lint", "k", NOW, PLAIN) is None


def test_the_oldest_entries_leave(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.json" for n in range(kept.MOST_FILES + 3)]
    for number, file in enumerate(files):
        file.write_text("{}")
        os.utime(file, (number, number))
    kept.prune(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(files[3:])


# What else decides --------------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Two folders as those of our code and presets are."""
    for name in ("code/a.py", "code/b/c.py", "presets/ruff.toml", "code/__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("change", "matters"),
    [
        (lambda at: (at / "code/b/c.py").write_text("other"), True),
        (lambda at: (at / "presets/ruff.toml").write_text("other"), True),
        (lambda at: (at / "code/a.py").rename(at / "code/z.py"), True),
        (lambda at: (at / "code/a.py").unlink(), True),
        (lambda at: (at / "code/b/new.mjs").write_text(""), True),
        (lambda at: (at / "code/__pycache__/a.pyc").write_text("other"), False),
        (lambda at: os.utime(at / "code/a.py", (1, 1)), False),
        (lambda at: shutil.copytree(at / "code", at / "copy"), False),
    ],
)
def test_our_own_code_and_presets_decide(
    code: Path, change: Callable[[Path], Any], matters: bool
) -> None:
    before = reuse.surroundings(code / "presets", code / "code")
    change(code)
    assert (reuse.surroundings(code / "presets", code / "code") != before) is matters
