"""`npm audit`: recorded reports of npm 6 and 7 up, and the real npm on loopback."""

import gzip
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, Severity, ToolReport
from gates.core.target import Dependencies, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import npm_audit

Run = Callable[..., ToolReport]
LOCKS = Path(__file__).parents[1] / "core" / "locks" / "data"
DATA = Path(__file__).parent / "data" / "npm_audit"
SCANS = Path(__file__).parents[2].parent / "shared" / "data" / "scans"


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: measured.value for name, measured in report.measurements.items()}


def parsed(stdout: str, exit_code: int, stderr: str = "", **more: Any) -> ToolReport:
    item = {
        "file": "package-lock.json",
        "exit_code": exit_code,
        "stdout": stdout,
        "stderr_tail": stderr,
        **more,
    }
    answer = {"audits": [item], "version": "11.19.1", "today": "2026-01-12"}
    output = ToolOutput(exit_code=0, stdout=json.dumps(answer).encode())
    return npm_audit.parse((output,))


@pytest.mark.skipif(not SCANS.is_dir(), reason="the collected reports are not here")
@pytest.mark.parametrize("tool", ["npm_audit", "npm_audit_7_plus"])
def test_reports_of_others_have_the_expected_counts(tool: str) -> None:
    cases = [c for c in json.loads((SCANS / "expected.json").read_text()) if c["tool"] == tool]
    assert len(cases) == 2
    for case in cases:
        report = parsed((SCANS / case["file"]).read_text(), min(case["expected"], 1))
        assert len(report.findings) == case["expected"], case["file"]
        assert (
            report.examined
            == {"npm_audit": (918, 43), "npm_audit_7_plus": (97, 97)}[tool][case["expected"]]
        )
        assert values(report)["dependencies.high"] == case["expected"]


def test_a_recorded_report_of_npm_11() -> None:
    report = parsed((DATA / "11.19.1-findings" / "stdout.json").read_text(), 1)
    found = {finding.rule: finding for finding in report.findings}
    assert set(found) == {"GHSA-jf85-cpcp-j695", "GHSA-vh95-rmgr-6w4m", "vulnerable-dependency"}
    lodash = found["GHSA-jf85-cpcp-j695"]
    assert (lodash.severity, lodash.metric) == (Severity.CRITICAL, "dependencies.high")
    assert lodash.message.endswith("It is a direct dependency.")
    assert lodash.url == "https://github.com/advisories/GHSA-jf85-cpcp-j695"
    minimist = found["GHSA-vh95-rmgr-6w4m"]
    assert (minimist.severity, minimist.metric) == (Severity.MEDIUM, "dependencies.others")
    assert minimist.message.endswith("It is a transitive dependency of mkdirp.")
    assert "vulnerable through minimist" in found["vulnerable-dependency"].message
    assert (values(report)["dependencies.high"], values(report)["dependencies.others"]) == (1, 2)
    assert (report.examined, report.version) == (6, "11.19.1")


def test_a_recorded_clean_report_of_npm_11() -> None:
    report = parsed((DATA / "11.19.1-clean" / "stdout.json").read_text(), 0)
    assert (report.findings, report.examined) == ((), 6)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("11.19.1-no-endpoint", "^network: .*405 Method Not Allowed"),
        ("11.19.1-no-lock", "This command requires an existing lockfile"),
    ],
)
def test_b25_a_recorded_failure_is_no_finding(case: str, words: str) -> None:
    with pytest.raises(ParseError, match=words) as caught:
        parsed((DATA / case / "stdout.json").read_text(), 1)
    assert caught.value.reason is Reason.TOOL_CRASHED


CLEAN = '{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 0}, "dependencies": {"total": 3}}}'  # noqa: E501


@pytest.mark.parametrize(
    ("stdout", "exit_code", "reason"),
    [
        ("", 1, Reason.EMPTY_RESULT),
        ("{", 0, Reason.UNREADABLE_RESULT),
        ("{}", 0, Reason.TOOL_CRASHED),
        ("[]", 0, Reason.UNREADABLE_RESULT),
        (CLEAN, 1, Reason.UNREADABLE_RESULT),
        (CLEAN, -9, Reason.UNREADABLE_RESULT),
        (CLEAN.replace('"total": 0', '"total": 1'), 0, Reason.INCOMPLETE),
        (CLEAN.replace('Version": 2', 'Version": 3'), 0, Reason.UNREADABLE_RESULT),
        ('{"vulnerabilities": {}}', 0, Reason.UNREADABLE_RESULT),
    ],
)
def test_p6_output_that_cannot_be_believed(stdout: str, exit_code: int, reason: Reason) -> None:
    assert parsed(CLEAN, 0).examined == 3
    with pytest.raises(ParseError) as caught:
        parsed(stdout, exit_code)
    assert caught.value.reason is reason


def test_b15_a_severity_that_nobody_knows_is_the_worst() -> None:
    text = (DATA / "11.19.1-findings" / "stdout.json").read_text()
    report = parsed(text.replace('"moderate"', '"banana"'), 1)
    assert values(report)["dependencies.high"] == 3
    assert report.notes[0].startswith("2 advisories name no severity")


ADVISORIES = {
    "lodash": {
        "id": 1, "severity": "critical", "vulnerable_versions": "<4.17.12",
        "url": "https://github.com/advisories/GHSA-jf85-cpcp-j695",
        "title": "Prototype pollution in lodash", "cwe": [],
        "cvss": {"score": 9.1, "vectorString": None},
    },
    "minimist": {
        "id": 2, "severity": "moderate", "vulnerable_versions": "<0.2.1",
        "url": "https://github.com/advisories/GHSA-vh95-rmgr-6w4m",
        "title": "Prototype pollution in minimist", "cwe": [],
        "cvss": {"score": 5.6, "vectorString": None},
    },
}  # fmt: skip


@contextmanager
def registry() -> Iterator[str]:
    """npm's endpoint for bulk advisories, and the documents of packages that it asks for."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                data = gzip.decompress(data)
            asked = json.loads(data)
            self.answer({name: [found] for name, found in ADVISORIES.items() if name in asked})

        def do_GET(self) -> None:
            name = self.path.strip("/")
            one = {"name": name, "version": "0.5.1", "dependencies": {"minimist": "0.0.8"}}
            self.answer(
                {"name": name, "versions": {"0.5.1": one}, "dist-tags": {"latest": "0.5.1"}}
            )

        def answer(self, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@needs_npm
def test_the_real_npm_over_a_planted_and_a_clean_lock(
    audit_of: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry() as url:
        monkeypatch.setenv("npm_config_registry", url)
        planted, clean = tmp_path / "planted" / "tree", tmp_path / "clean" / "tree"
        shutil.copytree(LOCKS / "npm-11.19.1-v3", planted)
        shutil.copytree(LOCKS / "npm-11.19.1-v3", clean)
        lock = clean / "package-lock.json"
        text = lock.read_text().replace('"version": "4.17.4"', '"version": "4.17.12"')
        lock.write_text(text.replace('"version": "0.0.8"', '"version": "0.2.1"'))
        report = audit_of(npm_audit, planted)
        assert {f.rule for f in report.findings} >= {"GHSA-jf85-cpcp-j695", "GHSA-vh95-rmgr-6w4m"}
        twin = audit_of(npm_audit, clean)
        assert (twin.findings, twin.examined) == ((), 6)


@needs_npm
def test_the_control_is_detected(
    audit_of: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = npm_audit.control()
    for name, text in control.files.items():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with registry() as url:
        monkeypatch.setenv("npm_config_registry", url)
        report = audit_of(npm_audit, tmp_path / "tree")
    assert control.rule in {finding.rule for finding in report.findings}


@needs_npm
def test_b25_the_real_npm_without_its_endpoint(
    audit_of: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry() as url:
        gone = url
    monkeypatch.setenv("npm_config_registry", gone)
    shutil.copytree(LOCKS / "npm-11.19.1-v3", tmp_path / "tree")
    with pytest.raises(ParseError, match="npm audit ended with 1 on package-lock.json") as caught:
        audit_of(npm_audit, tmp_path / "tree")
    assert caught.value.reason is Reason.TOOL_CRASHED


def test_without_npm_the_error_says_what_else_there_is(
    audit_of: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    shutil.copytree(LOCKS / "npm-11.19.1-v3", tmp_path / "tree")
    with pytest.raises(ParseError, match="npm is not on PATH: .* npm_lock") as caught:
        audit_of(npm_audit, tmp_path / "tree")
    assert caught.value.reason is Reason.TOOL_MISSING


def test_files_of_python_are_not_for_this_tool() -> None:
    target = Target(name="t", dependencies=Dependencies(files=("uv.lock",)))
    assert npm_audit.commands(target, Options(tree="/t", output="/o")) == ()
