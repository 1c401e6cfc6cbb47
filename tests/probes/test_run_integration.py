"""Integration tests of a target, run against its real service through the recording proxy."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.behaviour import Integration
from gates.core.model import Aspect, Reason, Status, ToolReport
from gates.core.target import Code, OpenApi, Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import integration

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECRET = "Adm1n-Word-Of-This-Test"  # pragma: allowlist secret
THOROUGH = """
import json, os, urllib.error, urllib.request
import pytest

pytestmark = pytest.mark.integration
BASE = os.environ["NOTES_URL"]


def ask(method, path, body=None, token="token-admin"):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_accounts():
    account = {"email": "a@example.com", "password": "Secret-123"}  # pragma: allowlist secret
    assert ask("POST", "/v1/register", account, None)[0] == 201
    assert ask("POST", "/v1/register", account, None)[0] == 422
    assert ask("POST", "/v1/login", account, None)[0] == 200
    assert ask("POST", "/v1/login", {"email": "a"}, None)[0] == 401
    admin = {"email": "admin", "password": os.environ["ADMIN"]}
    assert ask("POST", "/v1/login", admin, None)[0] == 200
    assert ask("GET", "/v1/me")[0] == 200
    assert ask("GET", "/v1/me", token=None)[0] == 401


def test_notes():
    status, body = ask("POST", "/v1/notes", {"title": "Bread"})
    assert status == 201
    number = json.loads(body)["id"]
    assert ask("POST", "/v1/notes", {"title": ""})[0] == 422
    assert ask("GET", "/v1/notes?limit=1")[0] == 200
    assert ask("GET", "/v1/notes", token=None)[0] == 401
    for method, sent in (("GET", None), ("PATCH", {"title": "Milk"}), ("DELETE", None)):
        assert ask(method, f"/v1/notes/{number}", sent)[0] in (200, 204)
        assert ask(method, "/v1/notes/4711", sent)[0] == 404
    assert ask("GET", "/v1/elsewhere")[0] == 404


@pytest.mark.parametrize("titles", [["half", ""], ["", "half"]])
def test_a_failing_batch_leaves_nothing(titles):
    assert ask("POST", "/v1/notes/batch", {"titles": ["one"]})[0] == 201
    assert ask("POST", "/v1/notes/batch", {"titles": titles})[0] == 422
    assert b"half" not in ask("GET", "/v1/notes")[1]
"""
UNIT = "def test_of_a_unit():\n    raise AssertionError('not an integration test')\n"


@pytest.fixture
def judge(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Callable[..., ToolReport]:
    """Lay out a target around the notes service, run adapter and probe, and parse."""

    def run(
        tests: str, *, defect: str = "none", start: tuple[str, ...] = (), **keys: Any
    ) -> ToolReport:
        tree, output = tmp_path / "tree", tmp_path / "output"
        for folder in (tree / "src", tree / "tests", output):
            folder.mkdir(parents=True)
        shutil.copy(HERE / "notes_service.py", tree / "src/notes_service.py")
        (tree / "tests/test_live.py").write_text(tests)
        (tree / "tests/test_unit.py").write_text(UNIT)
        (tree / "pyproject.toml").write_text(
            '[tool.pytest.ini_options]\nmarkers = ["integration: live"]\n'
            "addopts = \"-m 'not integration'\"\n"
        )
        command = ("{python}", "src/notes_service.py", "{port}", "--defect", defect)
        wanted = {
            "env": {"NOTES_URL": "{base_url}", "ADMIN": "${ADMIN_PASSWORD}"},
            "transactions": ("test_a_failing_batch_leaves_nothing",),
            **keys,
        }
        target = Target(
            name="notes",
            code=Code(paths=("src",), tests=("tests",)),
            service=Service(start=start or command, env_generate=("ADMIN_PASSWORD",)),
            openapi=OpenApi(file="notes.json"),
            integration=Integration(**wanted),
        )
        options = Options(
            tree=str(tree),
            output=str(output),
            files=("src/notes_service.py", "tests/test_live.py", "tests/test_unit.py"),
            presets=str(ROOT / "config/tools"),
            python="x",
            target_python=sys.executable,
            document=str(HERE / "notes.json"),
        )
        (invocation,) = integration.commands(target, options)
        env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        surroundings = {"env": env, "variables": {"ADMIN_PASSWORD": SECRET}}
        done = run_probe(invocation, GATESCORE_START=json.dumps(surroundings))
        files = {
            name: (output / file).read_bytes()
            for name, file in invocation.files.items()
            if (output / file).exists()
        }
        assert SECRET.encode() not in done.stdout + b"".join(files.values())
        left = [file.name for file in output.iterdir() if file.is_dir()]
        assert left == []  # neither the state of the service nor its coverage data
        return integration.parse((msgspec.structs.replace(done, files=files),))

    return run


def values(report: ToolReport) -> dict[str, float | None]:
    return {name.removeprefix("integration."): m.value for name, m in report.measurements.items()}


def test_thorough_tests_of_a_sound_service_pass_and_cover_it(
    judge: Callable[..., ToolReport],
) -> None:
    report = judge(THOROUGH)
    (finding,) = report.findings
    assert (finding.rule, finding.path) == ("not-covered", "src/notes_service.py")
    assert report.incomplete == ()
    found = values(report)
    coverage = found.pop("coverage_percent")
    assert found == {
        "failed": 0,
        "run": 4,
        "skipped": 0,
        "operations_percent": 100,
        "transactions_broken": 0,
        "realtime_broken": None,
    }
    assert coverage is not None and 70 < coverage < 95  # not the WebSocket, nor the planted parts
    cells = [one for one in report.operations if one.aspect is Aspect.TESTED]
    assert {one.state for one in cells} == {Status.PASS}
    assert [one.count for one in cells if one.operation == "GET /v1/notes"] == [4]
    (cell,) = [one for one in report.operations if one.aspect is Aspect.COVERED]
    assert (cell.operation, cell.state) == ("POST /v1/register", Status.PASS)
    assert cell.value is not None and 80 < cell.value <= 100
    (note,) = [one for one in report.notes if "documented" in one]
    assert note == "requests that are no documented operation: GET /v1/elsewhere (404)"


def test_a_half_result_fails_the_named_test(judge: Callable[..., ToolReport]) -> None:
    report = judge(THOROUGH, defect="half")
    assert values(report)["transactions_broken"] == 1
    rules = sorted({finding.rule for finding in report.findings})
    assert rules == ["integration.named-test", "not-covered", "test-failed"]


def test_an_operation_without_an_error_answer_is_named(judge: Callable[..., ToolReport]) -> None:
    shallow = THOROUGH.replace('    assert ask("GET", "/v1/me", token=None)[0] == 401\n', "")
    shallow = shallow.replace('(("GET", None), ("PATCH", {"title": "Milk"})', '(("GET", None)')
    report = judge(shallow, realtime=("test_events",))
    named = [one for one in report.findings if one.rule.startswith("integration.")]
    assert sorted(finding.message for finding in named) == [
        "GET /v1/me: no integration test gets an error answer",
        "PATCH /v1/notes/{id}: no integration test gets a success or an error answer",
        "test_events: no integration test of this name was run",
    ]
    assert values(report)["operations_percent"] == pytest.approx(100 * 7 / 9)
    assert values(report)["realtime_broken"] == 1
    states = {one.operation: one.state for one in report.operations}
    assert states["GET /v1/me"] is Status.FAIL
    assert states["PATCH /v1/notes/{id}"] is Status.NO_DATA


def test_tests_that_never_ask_are_told_how(judge: Callable[..., ToolReport]) -> None:
    empty = "import pytest\n\n@pytest.mark.integration\ndef test_nothing():\n    pass\n"
    report = judge(empty, env={}, transactions=())
    assert values(report)["operations_percent"] == 0
    assert values(report)["run"] == 1
    assert any("integration.env" in note for note in report.notes)
    assert values(report)["transactions_broken"] is None


def test_no_marked_test_is_nothing_examined(judge: Callable[..., ToolReport]) -> None:
    report = judge(UNIT)
    assert (report.examined, values(report)["run"]) == (0, 0)


def test_another_runner_is_read_by_its_junit_file(judge: Callable[..., ToolReport]) -> None:
    script = (
        "import os, sys, urllib.request as u; u.urlopen(sys.argv[1] + '/health').read(); "
        'open(sys.argv[2], \'w\').write(\'<testsuite tests="2"><testcase classname="notes" '
        'name="is well"/><testcase classname="notes" name="is ill"><failure '
        'message="no"/></testcase></testsuite>\'); sys.exit(1)'
    )
    report = judge(
        "",
        command=("{python}", "-c", script, "{base_url}", "{output}/other.xml"),
        report="{output}/other.xml",
        transactions=("notes is well", "notes::is ill"),
    )
    assert values(report)["failed"] == 1
    assert values(report)["run"] == 2
    assert values(report)["transactions_broken"] == 1
    assert any(finding.message == "notes::is ill: no" for finding in report.findings)


def test_a_service_that_dies_is_no_failed_test(judge: Callable[..., ToolReport]) -> None:
    dying = "import os, threading, runpy, sys; threading.Timer(1.5, os._exit, [3]).start(); " + (
        "sys.argv = ['x', sys.argv[1]]; runpy.run_path('src/notes_service.py', run_name='__main__')"
    )
    slow = THOROUGH + "\n\ndef test_slow():\n    import time\n    time.sleep(2)\n"
    with pytest.raises(ParseError) as caught:
        judge(slow, start=("{python}", "-c", dying, "{port}"))
    assert caught.value.reason is Reason.TARGET_DOWN
