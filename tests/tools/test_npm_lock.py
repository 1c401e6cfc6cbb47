"""npm lock files against OSV records: real locks, real services on loopback, planted and clean."""

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
from gates.core.tool import Options, ParseError
from gates.shell.osv import Snapshot
from gates.tools import npm_lock

Run = Callable[..., ToolReport]
RECORDS = Path(__file__).parent / "data" / "osv-npm"
LOCKS = Path(__file__).parents[1] / "core" / "locks" / "data"


@pytest.fixture
def run(audit_of: Callable[..., ToolReport]) -> Callable[..., ToolReport]:
    """The tool over a tree, with our records unless the test names others."""

    def over(tree: Path, advisories: str = str(RECORDS), **more: Any) -> ToolReport:
        return audit_of(npm_lock, tree, advisories=advisories, **more)

    return over


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: measured.value for name, measured in report.measurements.items()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    shutil.copytree(LOCKS / "npm-11.19.1-v3", folder)
    return folder


def change(tree: Path, before: str, after: str) -> None:
    file = tree / "package-lock.json"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_planted_vulnerabilities_come_back_from_every_lock_version(
    run: Run, tmp_path: Path, version: int
) -> None:
    shutil.copytree(LOCKS / f"npm-11.19.1-v{version}", tmp_path / "tree")
    report = run(tmp_path / "tree")
    assert values(report) == {
        "dependencies.high": 1,
        "dependencies.others": 1,
        "dependencies.unaudited": 0,
        "advisories.age_days": 10,
        "advisories.complete": 0,
    }
    assert (report.examined, report.examined_unit) == (6, "dependencies")
    lodash, minimist = report.findings
    assert (lodash.rule, lodash.severity) == ("CVE-2019-10744", Severity.CRITICAL)
    assert lodash.message == (
        "lodash 4.17.4: Prototype pollution through defaultsDeep. Also known as "
        "GHSA-jf85-cpcp-j695. It is a direct dependency."
    )
    assert lodash.fix == "Move lodash to 4.17.12."
    assert (minimist.rule, minimist.severity) == ("CVE-2020-7598", Severity.MEDIUM)
    assert minimist.message.endswith("It is a transitive dependency: mkdirp > minimist.")
    assert minimist.fix == "Move minimist to 0.2.1, by way of mkdirp."
    assert (minimist.path, minimist.line) == ("package-lock.json", 0 if version == 1 else 41)
    assert minimist.context == "minimist CVE-2020-7598"


def test_the_clean_twin(run: Run, tree: Path) -> None:
    change(tree, '"version": "4.17.4"', '"version": "4.17.12"')
    change(tree, '"version": "0.0.8"', '"version": "0.2.1"')
    report = run(tree)
    assert (report.findings, report.examined) == ((), 6)


def test_what_is_known_to_be_exploited_is_critical(run: Run, tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "advisories"
    shutil.copytree(RECORDS, folder)
    (folder / "known_exploited.txt").write_text("CVE-2020-7598\n")
    report = run(tree, advisories=str(folder))
    found = {finding.rule: finding for finding in report.findings}["CVE-2020-7598"]
    assert (found.severity, found.label) == (Severity.CRITICAL, "known exploited")
    assert "Known to be exploited." in found.message
    assert values(report)["dependencies.high"] == 2


def test_p11_what_cannot_be_matched_is_listed(run: Run, tree: Path) -> None:
    change(tree, '"version": "4.17.4"', '"version": "4.17.4", "resolved": "git+ssh://u:p@x/l.git"')
    change(tree, '"version": "0.0.8"', '"version": "latest"')
    report = run(tree)
    assert values(report)["dependencies.unaudited"] == 2
    assert sorted(finding.message for finding in report.findings) == [
        "lodash 4.17.4: could not be audited: comes from a git source: advisories name none",
        "minimist latest: could not be audited: its version is none of Semantic Versioning",
    ]
    assert report.examined == 4


def test_data_about_another_ecosystem_is_no_clean_bill(
    run: Run, tree: Path, tmp_path: Path
) -> None:
    part = {"package": {"name": "a", "ecosystem": "PyPI"}, "versions": ["1"]}
    folder = tmp_path / "advisories"
    folder.mkdir()
    (folder / "A.json").write_text(json.dumps({"id": "A", "affected": [part]}))
    with pytest.raises(ParseError, match="no advisory about packages of npm") as caught:
        run(tree, advisories=str(folder))
    assert caught.value.reason is Reason.INCOMPLETE


@contextmanager
def osv_service(broken: str = "") -> Iterator[str]:
    """An OSV service over the same records; `broken` is a path that answers 500."""
    names = [json.loads(file.read_text())["affected"][0]["package"]["name"]
             for file in RECORDS.glob("*.json")]  # fmt: skip
    held = Snapshot(RECORDS, frozenset(("npm", name) for name in names))

    def matched(query: dict[str, Any]) -> list[dict[str, Any]]:
        package = query["package"]
        return list(held.query(package["name"], query["version"], package["ecosystem"]))

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = json.loads(data or b"{}")
            match self.path.split("/")[2:]:
                case ["querybatch"]:
                    ids = [[{"id": r["id"]} for r in matched(q)] for q in query["queries"]]
                    value: Any = {"results": [{"vulns": found} if found else {} for found in ids]}
                case ["query"]:
                    value = {"vulns": matched(query)}
                case ["vulns", name]:
                    value = json.loads((RECORDS / f"{name}.json").read_text())
                case _:
                    value = None
            body = json.dumps(value).encode()
            self.send_response(500 if broken and self.path.startswith(broken) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_the_service_says_the_same_as_the_snapshot(run: Run, tree: Path) -> None:
    with osv_service() as url:
        report = run(tree, advisories="", osv_url=url)
    assert [finding.rule for finding in report.findings] == ["CVE-2019-10744", "CVE-2020-7598"]
    assert (values(report)["advisories.age_days"], values(report)["advisories.complete"]) == (0, 1)
    assert report.examined == 6


@pytest.mark.parametrize("broken", ["/v1/query", "/v1/querybatch", "/v1/vulns/"])
def test_b25_a_service_that_fails_is_no_clean_bill(run: Run, tree: Path, broken: str) -> None:
    with osv_service(broken) as url, pytest.raises(ParseError, match="network: "):
        run(tree, advisories="", osv_url=url)


@pytest.mark.parametrize(
    ("data", "reason", "words"),
    [
        (None, Reason.NO_RESULT, "package-lock.json: No such file"),
        (b"{\n\n", Reason.UNREADABLE_RESULT, "package-lock.json: line 3: unparsable JSON"),
        (b'{"lockfileVersion": 4}', Reason.UNREADABLE_RESULT, "lockfileVersion is 4; allowed: 1"),
    ],
)
def test_files_that_cannot_be_read(
    run: Run, tree: Path, data: bytes | None, reason: Reason, words: str
) -> None:
    file = tree / "package-lock.json"
    file.unlink() if data is None else file.write_bytes(data)
    with pytest.raises(ParseError, match=words) as caught:
        run(tree)
    assert caught.value.reason is reason


def test_an_empty_lock_is_no_clean_lock(run: Run, tree: Path) -> None:
    (tree / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {"": {}}}')
    report = run(tree)
    assert (report.examined, values(report)["dependencies.unaudited"]) == (0, 1)


def test_files_of_python_are_not_for_this_tool() -> None:
    options = Options(tree="/t", output="/o")
    target = Target(name="t", dependencies=Dependencies(files=("uv.lock", "yarn.lock")))
    assert npm_lock.commands(target, options) == ()
    assert npm_lock.commands(Target(name="t"), options) == ()


def test_the_control_is_detected(run: Run, tmp_path: Path) -> None:
    control = npm_lock.control()
    for name, text in control.files.items():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    report = run(tmp_path / "tree", advisories=str(tmp_path / "tree" / "advisories"))
    assert control.rule in {finding.rule for finding in report.findings}
