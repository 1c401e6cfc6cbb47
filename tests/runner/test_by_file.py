"""Taking files over one by one: the sum is what the tool says of all files at once."""

import dataclasses
import datetime
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gates import catalog
from gates.core.model import Finding, Measurement, Reason, Severity, ToolReport
from gates.core.plan import PlannedGate
from gates.core.policy import GatePolicy
from gates.core.redact import Redactor
from gates.core.target import Code, Target
from gates.core.tool import Metric
from gates.runner import by_file, kept
from gates.runner.by_file import Share, Shelf, Split
from gates.runner.gate import ToolRun, run_tool
from gates.runner.prepare import Wish, session
from gates.runner.session import Programs
from gates.runner.stage import Grant
from gates.shell.process import Cancellation
from tests.faults.cli import broken_install

TOOLS = ("bandit", "detect_secrets", "kingfisher")
DAY = "2026-05-04"
PLAIN = Redactor()
BAD = 'import subprocess\n\nsubprocess.call("ls", shell=True)\n'
KEY = "AKIA" + "Q3Z7" + "PLANTED" + "KEY42"
SECRET = f'KEY = "{KEY}"\nPAY = "sk' + "_live_" + 'PLANTED4kingfisher0000Q1"\n'
GOOD = '"""Good."""\n\nA = 1\n'
PAGE = "# page\n"


class Runs:
    """Runs one tool on one folder, with one cache."""

    def __init__(self, path: Path, tool: str, files: Mapping[str, str | bytes]) -> None:
        self.path, self.tool, self._count = path, tool, 0
        self.root = path / "t"
        for name, text in files.items():
            self.write(name, text)
        policy = GatePolicy(level=1, title="x", tools=(tool,), criteria={})
        self.gate = PlannedGate(id="g", policy=policy, tools=(tool,))

    def write(self, name: str, data: str | bytes) -> None:
        """Make or change a file."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)

    def __call__(self, *, fresh: bool = False, today: str = DAY, **more: Any) -> ToolRun:
        """One run as its gate does it."""
        self._count += 1
        target = Target(name="v", code=Code(paths=("src",)), **more.pop("target", {}))
        output = self.path / f"out-{self._count}"
        wish = Wish(target=target, root=self.root, output=output, today=today, names_at="")
        environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]} | more.pop("environ", {})
        environ["GATESCORE_CACHE"] = str(self.path / "cache")
        around = "" if fresh else more.pop("around", "us")
        with session(wish, Cancellation(), environ, more.pop("programs", None)) as opened:
            around_us = dataclasses.replace(opened, surroundings=around)
            return run_tool(self.tool, self.gate, Grant(), around_us)

    @property
    def shelf(self) -> Path:
        """The one shelf."""
        (file,) = (self.path / "cache" / "gatescore" / "files").glob("*.json")
        return file

    def agrees(self) -> ToolReport:
        """The report of a run that takes over, which is that of a fresh one."""
        taken, fresh = self(), self(fresh=True)
        assert taken.failure is None
        assert taken.report is not None
        assert fresh.report is not None
        assert told(taken.report) == told(fresh.report)
        return taken.report


def told(report: ToolReport) -> tuple[Any, ...]:
    """What of a report is judged."""
    values = {name: one.value for name, one in report.measurements.items()}
    found = sorted(report.findings, key=by_file.place)
    return report.tool, report.examined, values, found, report.incomplete


def known(report: ToolReport) -> int:
    """How many files were taken over."""
    words = [note.split() for note in report.notes if "have not changed since" in note]
    return int(words[0][1]) if words else 0


TREE: dict[str, str | bytes] = {
    "src/__init__.py": "",
    "src/a.py": GOOD,
    "src/b.py": GOOD + BAD,
    "src/only_comment.py": "# nothing\n",
    "README.md": PAGE,
    "keys.txt": SECRET,
    "picture.png": b"\x89PNG\r\n\0\0",
    "package-lock.json": "{}\n",
    "old.tar.gz": b"\x1f\x8b\0",
    "allowed.py": f'KEY = "{KEY}"  # pragma: allowlist secret\n',
}


def remove(name: str) -> Callable[[Runs], None]:
    return lambda runs: (runs.root / name).unlink()


def rename(old: str, new: str) -> Callable[[Runs], Any]:
    return lambda runs: (runs.root / old).rename(runs.root / new)


def write(name: str, data: str | bytes) -> Callable[[Runs], None]:
    return lambda runs: runs.write(name, data)


EDITS: dict[str, Callable[[Runs], Any]] = {
    "nothing": lambda runs: None,
    "a defect": write("src/a.py", BAD),
    "a defect mended": write("src/b.py", GOOD),
    "a secret more": write("more.txt", SECRET),
    "a secret gone": write("keys.txt", "none\n"),
    "an allowed secret more": write("src/a.py", f'K = "{KEY}"  # pragma: allowlist secret\n'),
    "an empty file": write("src/new.py", ""),
    "a file emptied": write("src/a.py", ""),
    "a comment": write("src/a.py", "# nothing\n"),
    "a file more": write("src/new.py", GOOD),
    "a binary more": write("src/new.bin", b"\0\1"),
    "text becomes binary": write("README.md", b"\0\1"),
    "deleted": remove("src/b.py"),
    "renamed": rename("src/a.py", "src/c.py"),
    "swapped": lambda runs: [write("src/a.py", GOOD + BAD)(runs), write("src/b.py", GOOD)(runs)],
    "no code left": lambda runs: (
        [remove(f"src/{n}.py")(runs) for n in "abc"] + [remove("src/new.py")(runs)]
    ),
    "all emptied": lambda runs: [write(f"src/{n}.py", "")(runs) for n in "ab"],
    "a time": lambda runs: os.utime(runs.root / "src/a.py", (1, 1)),
}


# What makes no difference to those who look at every line of every file.
CODE_ALONE = frozenset(
    {
        *("a defect", "a defect mended", "an empty file", "a file emptied", "a comment"),
        *("a file more", "swapped", "no code left", "all emptied", "a time"),
    }
)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_sum_is_what_the_tool_says_of_all_files_at_once(tool: str, tmp_path: Path) -> None:
    """After every edit; each begins where the one before it ended."""
    runs = Runs(tmp_path, tool, TREE)
    runs()
    for name, change in EDITS.items():
        if name in CODE_ALONE and tool != "bandit":
            continue
        change(runs)
        report = runs.agrees()
        assert name not in ("nothing", "a defect", "a secret more") or known(report), name


def test_it_is_so_after_any_edits(tmp_path: Path) -> None:
    chance = random.Random(7)
    runs = Runs(tmp_path, "bandit", {f"src/{n}.py": GOOD for n in range(5)})
    for _ in range(6):
        for _ in range(chance.randint(1, 3)):
            file = f"src/{chance.randrange(6)}.py"
            text = chance.choice([None, "", "# x\n", GOOD, GOOD + BAD, BAD + BAD])
            if text is not None:
                runs.write(file, text)
            elif (runs.root / file).exists() and len(list((runs.root / "src").iterdir())) > 1:
                remove(file)(runs)
        runs.agrees()


def test_a_file_that_breaks_is_an_error_until_it_is_mended(tmp_path: Path) -> None:
    runs = Runs(tmp_path, "bandit", {"src/a.py": GOOD, "src/b.py": BAD, "src/c.py": GOOD})
    runs.agrees()
    before = runs.shelf.read_bytes()
    runs.write("src/a.py", "def (\n")
    for _ in range(2):
        assert runs.agrees().incomplete
        assert runs.shelf.read_bytes() == before
    runs.write("src/a.py", GOOD)
    assert known(runs.agrees()) == 3


def test_a_tool_that_crashes_on_what_changed_is_an_error_and_the_shelf_stays(
    tmp_path: Path,
) -> None:
    runs = Runs(tmp_path, "bandit", {"src/a.py": GOOD, "src/b.py": BAD})
    runs()
    before = runs.shelf.read_bytes()
    runs.write("src/a.py", GOOD + BAD)
    python = broken_install(tmp_path / "broken", {"bandit": "#!/bin/sh\nexit 9\n"})
    ended = runs(programs=Programs(python=str(python), bin=str(python.parent)))
    assert ended.report is None
    assert ended.failure is not None
    assert ended.failure.reason is Reason.TOOL_CRASHED
    assert runs.shelf.read_bytes() == before


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 2),
        ({"around": "our next version"}, 0),
        ({"target": {"root": "x"}}, 0),
        ({"today": "2026-05-07"}, 2),
        ({"today": "2026-05-08"}, 0),
        ({"today": "2026-05-03"}, 0),
        ({"fresh": True}, 0),
    ],
)
def test_what_else_decides_and_how_long_it_holds(
    tmp_path: Path, more: dict[str, Any], count: int
) -> None:
    runs = Runs(tmp_path, "bandit", {"src/a.py": GOOD, "src/b.py": BAD})
    runs()
    report = runs(**more).report
    assert report is not None
    assert known(report) == count


def test_another_version_of_the_tool_is_asked_about_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs(tmp_path, "bandit", {"src/a.py": GOOD, "src/b.py": BAD})
    runs()
    other = tmp_path / "site" / "bandit-99.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: bandit\nVersion: 99.0\n")
    monkeypatch.syspath_prepend(str(other.parent))
    report = runs().report
    assert report is not None
    assert known(report) == 0


def test_a_file_with_the_size_and_time_of_the_old_one_is_looked_at(tmp_path: Path) -> None:
    """P15."""
    runs = Runs(tmp_path, "bandit", {"src/a.py": GOOD.ljust(len(BAD)), "src/b.py": GOOD})
    file = runs.root / "src/a.py"
    before = file.stat()
    runs()
    file.write_text(BAD)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert runs.agrees().findings


@pytest.mark.parametrize("data", [b"", b"{", b"null", b'{"files": []}', b"\xff", b"[" * 10**5])
def test_a_damaged_shelf_is_ignored(tmp_path: Path, data: bytes) -> None:
    runs = Runs(tmp_path, "bandit", {"src/a.py": GOOD, "src/b.py": BAD})
    runs()
    runs.shelf.write_bytes(data)
    report = runs().report
    assert report is not None
    assert (known(report), report.examined) == (0, 2)
    assert known(runs.agrees()) == 2


def test_a_shelf_that_cannot_be_written_costs_time_alone(tmp_path: Path) -> None:
    runs = Runs(tmp_path, "bandit", {"src/a.py": BAD})
    (tmp_path / "cache" / "gatescore").mkdir(parents=True)
    (tmp_path / "cache" / "gatescore" / "files").write_text("no folder")
    runs.agrees()


def test_no_value_of_a_secret_is_on_the_shelf(tmp_path: Path) -> None:
    for tool in ("detect_secrets", "kingfisher"):
        runs = Runs(tmp_path / tool, tool, {"a.txt": SECRET, "b.txt": PAGE})
        assert runs.agrees().findings
        data = runs.shelf.read_bytes()
        assert KEY.encode() not in data
        assert b"PLANTED4" not in data


def test_a_shelf_with_what_became_a_secret_since_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    share = Share(datetime.date(2026, 5, 4), (found("a.py", message="see hunter2word"),))
    kept.write(file, Shelf(files={"k": share}), PLAIN)
    assert by_file.read(file, PLAIN).files == {"k": share}
    assert by_file.read(file, Redactor(["hunter2word"])) == Shelf()
    kept.write(tmp_path / "t.json", Shelf(files={"k": share}), Redactor(["hunter2word"]))
    assert not (tmp_path / "t.json").exists()


def test_every_tool_that_says_so_is_tried_here() -> None:
    named = (n for n in catalog.BUILT_IN if hasattr(catalog.load(n), "one_by_one"))
    assert sorted(named) == sorted(TOOLS)


# When the sum is not trusted ----------------------------------------------------------------------

METRICS = {"x.high": Metric("x")}


def found(path: str, metric: str = "x.high", **more: Any) -> Finding:
    values = {"message": "m", **more}
    return Finding(tool="t", rule="R", severity=Severity.HIGH, path=path, metric=metric, **values)


def report(
    examined: int, *findings: Finding, value: float | None = None, **more: Any
) -> ToolReport:
    count = len(findings) if value is None else value
    measured = {"x.high": Measurement(value=count)}
    values = {"measurements": measured, "findings": findings, **more}
    return ToolReport(tool="t", examined=examined, examined_unit="files", **values)


def parts(changed: str = "", always: str = "", gone: bool = False) -> Split:
    """Files a and b known, the first with a finding."""
    day = datetime.date(2026, 5, 4)
    names = {name: f"key of {name}" for name in ("a", "b", *changed)}
    shares = {"a": Share(day, (found("a"),)), "b": Share(day)}
    return Split(keys=names, known=shares, changed=tuple(changed), always=tuple(always), gone=gone)


@pytest.mark.parametrize(
    ("fresh", "given", "expected"),
    [
        (None, parts(), (2, 1)),
        (None, parts(gone=True), None),
        (report(1, found("c")), parts("c"), (3, 2)),
        (report(1, found("c")), parts("c", gone=True), (3, 2)),
        (report(1), parts("cd"), None),
        (report(2), parts("c"), None),
        (report(2), parts("c", always="e"), (4, 1)),
        (report(1), parts("c", always="e"), (3, 1)),
        (report(3), parts("c", always="e"), None),
        (report(0), parts("c"), (3, 1)),
        (report(0), parts("c", gone=True), None),
        (report(1, found("c"), value=2), parts("c"), None),
        (report(1, found("c", metric="")), parts("c"), None),
        (report(1, measurements={"x.high": Measurement(value=None, why="?")}), parts("c"), None),
        (report(1, incomplete=("c: broken",)), parts("c"), None),
        (report(1, pending=("sign",)), parts("c"), None),
    ],
)
def test_where_the_sum_may_be_wrong_all_files_are_looked_at(
    fresh: ToolReport | None, given: Split, expected: tuple[int, int] | None
) -> None:
    whole = by_file.whole("t", fresh, given, METRICS)
    assert (whole and (whole.examined, whole.measurements["x.high"].value)) == expected


@pytest.mark.parametrize(
    ("told", "always", "expected"),
    [
        (report(2, found("a")), "", True),
        (report(0), "", False),
        (report(1, found("a")), "", False),
        (report(3, found("a")), "", False),
        (report(3, found("a")), "e", True),
        (report(2, found("z")), "", False),
        (report(2, found("e")), "e", True),
        (report(2, incomplete=("b: broken",)), "", False),
        (report(2, notes=("something",)), "", False),
        (report(2, notes=("something",)), "e", True),
        (report(2, found("a"), value=0), "", False),
    ],
)
def test_only_a_report_that_is_the_sum_of_its_files_is_kept(
    told: ToolReport, always: str, expected: bool
) -> None:
    given = by_file.without_known(parts(always=always))
    assert by_file.is_sum(told, told, given, METRICS) is expected


def test_the_day_of_a_share_stays_that_of_its_run(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    by_file.keep(file, report(3, found("a"), found("c")), parts("c"), "2026-05-06", PLAIN)
    days = {one: share.day.day for one, share in by_file.read(file, PLAIN).files.items()}
    assert days == {"key of a": 4, "key of b": 4, "key of c": 6}


@pytest.mark.parametrize("other", [("b", "c", "o"), ("n", "d", "o"), ("n", "c", "p")])
def test_path_content_and_path_at_the_base_are_in_the_key(other: tuple[str, str, str]) -> None:
    assert by_file.key("n", "c", "o", "s") != by_file.key(*other, "s")
    assert by_file.key("n", "c", "o", "s") != by_file.key("n", "c", "o", "other")
