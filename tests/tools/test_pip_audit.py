"""The dependencies gate's adapter: recorded answers, and the real pip-audit over real endpoints."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, Severity, ToolReport
from gates.core.target import Dependencies, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.shell.osv_server import Record, serving
from gates.tools import pip_audit
from tests.invocations import left_by, surrounded

DATA = Path(__file__).parent / "data" / "pip_audit"
BIN = Path(sys.executable).parent
LOCK = "planted==1.0\nclean==2.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"


def record(name: str, **more: Any) -> Record:
    package = {"name": "planted", "ecosystem": "PyPI"}
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]
    affected = [{"package": package, "ranges": ranges}]
    return {"id": name, "modified": "2026-01-02T00:00:00Z", "affected": affected, **more}


def run(tree: Path, advisories: Path | None = None, **more: Any) -> ToolReport:
    """Run the adapter's program as the runner does, and parse what it left."""
    output = tree.parent / "output"
    output.mkdir(exist_ok=True)
    settings: dict[str, Any] = {"today": "2026-01-12", "bin": str(BIN)} | more
    partial = settings.pop("partial", True)
    options = Options(
        tree=str(tree),
        output=str(output),
        python=sys.executable,
        advisories=str(advisories) if advisories else "",
        **settings,
    )
    target = Target(
        name="t", dependencies=Dependencies(files=("requirements.lock",), partial=partial)
    )
    (invocation,) = pip_audit.commands(target, options)
    return pip_audit.parse((left_by(invocation, output, surrounded()),))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "requirements.lock").write_text(LOCK)
    return folder


def exported(tmp_path: Path, *records: Record) -> Path:
    folder = tmp_path / "advisories"
    folder.mkdir()
    for item in records or (record("A-1"),):
        (folder / f"{item['id']}.json").write_text(json.dumps(item))
    return folder


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: measured.value for name, measured in report.measurements.items()}


def test_planted_vulnerabilities_come_back_with_their_severities(
    tree: Path, tmp_path: Path
) -> None:
    snapshot = exported(
        tmp_path,
        record("A-1", database_specific={"severity": "CRITICAL"}, summary="very bad"),
        record("A-2", database_specific={"severity": "MODERATE"}),
        record("A-3", aliases=["CVE-3"]),
        record("A-4", withdrawn="2026-01-01T00:00:00Z"),
    )
    report = run(tree, snapshot)
    assert values(report) == {
        "dependencies.high": 2,
        "dependencies.others": 1,
        "dependencies.unaudited": 0,
        "advisories.age_days": 10,
        "advisories.complete": 0,
    }
    assert (report.examined, report.examined_unit) == (2, "dependencies")
    rated = {finding.rule: finding.severity for finding in report.findings}
    assert rated == {"A-1": Severity.CRITICAL, "A-2": Severity.MEDIUM, "CVE-3": Severity.CRITICAL}
    first = report.findings[0]
    assert (first.path, first.fix) == ("requirements.lock", "Move planted to 1.1.")
    assert first.message == "planted 1.0: very bad"
    assert report.measurements["advisories.complete"].detail == (
        "partial data: 4 records, 1 packages"
    )
    assert report.notes == ("1 advisories name no severity that we know: counted as critical",)


def test_the_clean_twin(tree: Path, tmp_path: Path) -> None:
    (tree / "requirements.lock").write_text(LOCK.replace("planted==1.0", "planted==1.1"))
    report = run(tree, exported(tmp_path))
    assert values(report)["dependencies.high"] == 0
    assert (report.examined, report.findings) == (2, ())


def test_two_versions_of_one_package_are_both_audited(tree: Path, tmp_path: Path) -> None:
    (tree / "requirements.lock").write_text("planted==1.1\nPlanted==1.0\n")
    report = run(tree, exported(tmp_path))
    assert (report.examined, values(report)["dependencies.high"]) == (2, 1)


def test_p11_lines_that_cannot_be_audited_are_counted_and_named(tree: Path, tmp_path: Path) -> None:
    (tree / "requirements.lock").write_text("clean==2.0\nfloating>=1\n-r more.txt\n")
    (tree / "more.txt").write_text("\nloose\nplanted==1.0\n-r requirements.lock\n")
    report = run(tree, exported(tmp_path))
    assert values(report)["dependencies.unaudited"] == 2
    assert values(report)["dependencies.high"] == 1
    named = [(f.message, f.line) for f in report.findings if f.rule == "unaudited"]
    assert named == [
        ("floating>=1: could not be audited: not pinned with ==", 2),
        ("loose: could not be audited: not pinned with == (more.txt, line 2)", 0),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "-e .\n"])
def test_an_empty_file_is_no_clean_file(tree: Path, tmp_path: Path, text: str) -> None:
    (tree / "requirements.lock").write_text(text)
    report = run(tree, exported(tmp_path))
    assert (report.examined, values(report)["dependencies.unaudited"]) == (0, 1)
    assert "names no dependency" in report.findings[0].message


def test_the_service_is_asked_where_there_is_no_snapshot(tree: Path) -> None:
    def answer(name: str, _version: str) -> tuple[Record, ...]:
        return (record("A-1"),) if name == "planted" else ()

    with serving(answer) as service:
        report = run(tree, osv_url=service.url)
    found = values(report)
    assert (found["dependencies.high"], found["advisories.age_days"]) == (1, 0)
    assert found["advisories.complete"] == 1


def test_no_service_and_no_snapshot(tree: Path) -> None:
    with serving(lambda _name, _version: ()) as service:
        gone = service.url
    with pytest.raises(ParseError, match="network: no vulnerability service.*--advisories PATH"):
        run(tree, osv_url=gone)


def test_b25_a_service_that_fails_in_the_middle_is_no_finding(tree: Path) -> None:
    def answer(name: str, _version: str) -> tuple[Record, ...]:
        if name == "planted":
            raise RuntimeError("the service went away")
        return ()

    with serving(answer) as service, pytest.raises(ParseError, match="^network: ") as caught:
        run(tree, osv_url=service.url)
    assert caught.value.reason is Reason.TOOL_CRASHED


@pytest.mark.parametrize(
    ("name", "data", "reason", "words"),
    [
        ("requirements.lock", None, Reason.NO_RESULT, "requirements.lock: No such file"),
        ("requirements.lock", b"\xff", Reason.UNREADABLE_RESULT, "not UTF-8"),
        ("requirements.lock", b"-r ../x", Reason.REFUSED_BY_SAFETY, "out of the target's folder"),
        ("requirements.lock", b" " * (32 * 2**20 + 1), Reason.OUTPUT_TOO_LARGE, "larger than"),
        ("../advisories/A-1.json", b"{", Reason.UNREADABLE_RESULT, "unparsable"),
    ],
)
def test_files_that_cannot_be_read(
    tree: Path, tmp_path: Path, name: str, data: bytes | None, reason: Reason, words: str
) -> None:
    snapshot = exported(tmp_path)
    if data is None:
        (tree / name).unlink()
    else:
        (tree / name).write_bytes(data)
    with pytest.raises(ParseError, match=words) as caught:
        run(tree, snapshot)
    assert caught.value.reason is reason


def test_pip_audit_missing(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="pip-audit: No such file") as caught:
        run(tree, exported(tmp_path), bin="/nonexistent")
    assert caught.value.reason is Reason.TOOL_MISSING


def test_the_control_is_detected(tmp_path: Path) -> None:
    control = pip_audit.control()
    for name, text in control.files.items():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    report = run(tmp_path / "tree", tmp_path / "tree" / "advisories")
    assert control.rule in {finding.rule for finding in report.findings}


def recorded(case: str, **change: Any) -> ToolReport:
    answer = json.loads((DATA / case / "answer.json").read_text())
    answer["audits"][0] |= change.pop("audit", {})
    answer["data"] |= change.pop("data", {})
    return pip_audit.parse((ToolOutput(exit_code=0, stdout=json.dumps(answer | change).encode()),))


def test_recorded_findings() -> None:
    report = recorded("2.10.1-findings")
    assert [finding.rule for finding in report.findings] == [
        "PYSEC-2019-217",
        "PYSEC-2021-66",
        "PYSEC-2018-28",
        "PYSEC-2023-74",
    ]
    assert report.findings[0].fix == "Move jinja2 to 2.10.1."
    assert report.findings[0].message.endswith(
        "sandbox escape. Also known as CVE-2019-10906, GHSA-462w-v97r-4m45."
    )
    assert values(report)["dependencies.high"] == 4
    assert values(report)["advisories.complete"] == 1


def test_the_order_of_aliases_does_not_matter() -> None:
    text = (DATA / "2.10.1-findings" / "answer.json").read_text()
    names = ("GHSA-462w-v97r-4m45", "CVE-2019-10906")
    before, after = (", ".join(f'\\"{name}\\"' for name in order) for order in (names, names[::-1]))
    swapped = text.replace(before, after)
    assert swapped != text
    output = ToolOutput(exit_code=0, stdout=swapped.encode())
    assert pip_audit.parse((output,)) == recorded("2.10.1-findings")


def test_b26_recorded_skips_are_counted_and_named() -> None:
    report = recorded("2.10.1-skipped")
    assert (report.examined, values(report)["dependencies.unaudited"]) == (0, 2)
    assert "Dependency not found on PyPI" in report.findings[0].message


def test_b25_a_recorded_traceback_is_a_crash_of_the_network() -> None:
    with pytest.raises(ParseError, match="^network: .*requirements.lock") as caught:
        recorded("2.10.1-traceback")
    assert caught.value.reason is Reason.TOOL_CRASHED


@pytest.mark.parametrize(
    ("audit", "reason"),
    [
        ({"stdout": ""}, Reason.TOOL_CRASHED),
        ({"stdout": "{"}, Reason.UNREADABLE_RESULT),
        ({"stdout": "{}"}, Reason.UNREADABLE_RESULT),
        ({"stdout": '{"dependencies": [], "dependencies": []}'}, Reason.UNREADABLE_RESULT),
        ({"stdout": '{"dependencies": []}', "exit_code": 0}, Reason.INCOMPLETE),
        ({"exit_code": 0}, Reason.UNREADABLE_RESULT),
        ({"exit_code": 2}, Reason.INCOMPLETE),
        ({"exit_code": -9}, Reason.INCOMPLETE),
    ],
)
def test_p6_output_that_cannot_be_believed(audit: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(ParseError) as caught:
        recorded("2.10.1-findings", audit=audit)
    assert caught.value.reason is reason


def test_b15_a_severity_that_nobody_knows_is_the_worst() -> None:
    report = recorded("2.10.1-findings", severities={"CVE-2019-10906": "BANANA"})
    assert report.findings[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("date", "today", "days"),
    [
        ("2026-01-01", "2026-01-15", 14),
        ("2026-01-01", "2026-01-01", 0),
        ("2026-01-02", "2026-01-01", None),
        ("", "2026-01-01", None),
        ("2026-01-01", "", None),
    ],
)
def test_the_age_of_the_data(date: str, today: str, days: int | None) -> None:
    report = recorded("2.10.1-findings", data={"date": date}, today=today)
    measured = report.measurements["advisories.age_days"]
    assert measured.value == days
    assert bool(measured.why) is (days is None)


@pytest.mark.parametrize("stdout", [b"", b"null", b"[]", b"{}", b'{"audits": [', b"\xff"])
def test_an_answer_of_another_kind(stdout: bytes) -> None:
    with pytest.raises(ParseError):
        pip_audit.parse((ToolOutput(exit_code=0, stdout=stdout),))
    with pytest.raises(ParseError):
        pip_audit.parse(())


def test_a_target_without_dependencies_runs_nothing() -> None:
    assert pip_audit.commands(Target(name="t"), Options(tree="/t", output="/o")) == ()
