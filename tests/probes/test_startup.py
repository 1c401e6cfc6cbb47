"""The start-up probe and its adapter: real services that refuse to start, or do not."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.probes import startup as probe
from gates.shell.trial import Trial
from gates.tools import startup

# Serves when all is well; without a variable of its list it does what its mode says.
PROGRAM = """
import os, subprocess, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, mode, *names = sys.argv[1:]
missing = [name for name in names if name not in os.environ]
child = subprocess.Popen(["sleep", "60"])
open(os.environ["PIDS"], "a").write(f"{child.pid}\\n")
if os.environ.get("PREPARED") and not os.path.exists(os.environ["PREPARED"]):
    raise SystemExit("the database was never made")
if missing and mode == "refuse":
    raise SystemExit(f"{missing[0].lower()}: field required")
if missing and mode == "crash":
    print(os.environ["KEY_B"])
    raise SystemExit(3)
if missing and mode == "part":
    raise SystemExit(f"{missing[0]}_OLD is not set")
if missing and mode == "quit":
    raise SystemExit(0)
if missing and mode == "hang":
    time.sleep(60)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""
# Values that a run would make up; they are looked for in everything that is told.
VALUES = {name: f"made-up-value-of-{name.lower()}" for name in ("KEY_A", "KEY_B")}
METRIC = "startup.refused_percent"
Look = Callable[..., ToolReport]


def service(place: Path, mode: str, *names: str, **more: Any) -> Service:
    given: dict[str, Any] = {
        "start": ("{python}", "service.py", "{port}", mode, *names),
        "start_deadline_s": 8.0,
        "env": {"PIDS": str(place / "pids"), **more.pop("env", {})},
        "env_generate": ("KEY_A", "KEY_B"),
        **more,
    }
    return Service(**given)


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Look:
    """Run the adapter over a service and return its report; nothing of it may be left."""

    def run(given: Service) -> ToolReport:
        tree, output = tmp_path / "tree", tmp_path / "output"
        tree.mkdir()
        output.mkdir()
        (tree / "service.py").write_text(PROGRAM)
        options = Options(tree=str(tree), output=str(output), python=sys.executable)
        (invocation,) = startup.commands(Target(name="t", service=given), options)
        around = {"env": {"PATH": "/usr/bin:/bin"}, "variables": VALUES}
        done = run_probe(invocation, GATESCORE_START=json.dumps(around))
        assert not [value for value in VALUES.values() if value.encode() in done.stdout]
        assert [file.name for file in output.iterdir()] == ["input.json"]
        assert [pid for pid in started(tmp_path) if os.path.exists(f"/proc/{pid}")] == []
        return startup.parse((done,))

    return run


def started(place: Path) -> list[str]:
    pids = place / "pids"
    return pids.read_text().split() if pids.exists() else []


def test_a_service_that_refuses_and_names_each_variable_is_good(look: Look, tmp_path: Path) -> None:
    report = look(service(tmp_path, "refuse", "KEY_A", "KEY_B"))
    measured = report.measurements[METRIC]
    assert (measured.value, report.findings) == (100.0, ())
    assert measured.detail == "refused to start without 2 of 2 required variables"
    assert (report.examined, report.examined_unit) == (2, "starts")
    assert len(started(tmp_path)) == 3


@pytest.mark.parametrize(
    ("mode", "what"),
    [
        ("default", "started all the same and answered its health path"),
        ("crash", "exited with 3 and did not name it; it said: ‹redacted›"),
        ("part", "exited with 1 and did not name it; it said: KEY_A_OLD is not set"),
        ("quit", "ended with 0, as if nothing were wrong"),
        ("hang", "was still running after 8 s"),
    ],
)
def test_what_happened_instead_of_a_refusal_is_told(
    look: Look, tmp_path: Path, mode: str, what: str
) -> None:
    report = look(service(tmp_path, mode, "KEY_A", required=("KEY_A",)))
    assert report.measurements[METRIC].value == 0.0
    (finding,) = report.findings
    assert finding.message == (
        f"KEY_A: without it the service {what}; "
        "allowed: ends with another code than 0 and names the variable"
    )
    assert (finding.rule, finding.context) == ("startup.not-refused", "KEY_A")
    assert finding.reproduce.startswith("env -u KEY_A python service.py")


def test_each_variable_counts_for_itself_also_one_of_the_target_file(
    look: Look, tmp_path: Path
) -> None:
    env = {"MODE": "x", "OTHER": "y"}
    required = ("KEY_A", "MODE", "OTHER")
    report = look(service(tmp_path, "refuse", "KEY_A", "MODE", env=env, required=required))
    assert report.measurements[METRIC].value == pytest.approx(200 / 3)
    assert [finding.context for finding in report.findings] == ["OTHER"]


def test_what_has_to_be_prepared_is_prepared_for_each_start(look: Look, tmp_path: Path) -> None:
    code = "import os, sys; os.environ['KEY_A']; open(sys.argv[1], 'w')"
    made = service(
        tmp_path,
        "refuse",
        "KEY_A",
        required=("KEY_A",),
        env={"PREPARED": "{state}/made"},
        migrate=("{python}", "-c", code, "{state}/made"),
    )
    report = look(made)
    assert (report.measurements[METRIC].value, report.findings) == (100.0, ())


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"required": ()}, "the target file names no required variables"),
        ({"env_generate": ()}, "the target file names no required variables"),
        (
            {"start": (), "base_url": "http://127.0.0.1:9"},
            "the service was running already: only a service that we start can refuse to",
        ),
        (
            {"env": {"PREPARED": "/nowhere"}},
            "with all its variables the service does not start a second time either: "
            "it exited with 1: the database was never made",
        ),
    ],
)
def test_what_cannot_be_judged_says_why(
    look: Look, tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    report = look(service(tmp_path, "refuse", **more))
    assert (report.measurements[METRIC].value, report.measurements[METRIC].why) == (None, why)
    assert (report.examined, report.examined_unit) == (1, "services")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("KeyError: 'KEY_A'", True),
        ("key_a\n  Field required", True),
        ("MY_KEY_A is missing", False),
        ("KEY_AB is missing", False),
        ("", False),
    ],
)
def test_only_the_whole_name_names_a_variable(said: str, named: bool) -> None:
    seen = Trial(healthy=False, exit_code=1, ended="exited with 1", said=said)
    assert (probe.fault("KEY_A", seen, 8.0) == "") is named


def test_the_required_ones_are_the_secrets_unless_the_target_file_names_others() -> None:
    made = Service(start=("x",), env_from=("A",), env_generate=("B",), env={"C": "1"})
    assert startup.required(made) == ("A", "B")
    assert startup.required(Service(start=("x",), env_from=("A",), required=("C",))) == ("C",)
    assert startup.required(Service(start=("x",), env_from=("A",), required=())) == ()


@pytest.mark.parametrize("text", ["", "{", '{"env": {"A": 1}}', '["secret-of-mine"]'])
def test_surroundings_that_cannot_be_read_are_refused_without_quoting(text: str) -> None:
    with pytest.raises(probe._common.ProbeError) as caught:
        probe.surroundings({"GATESCORE_START": text})
    assert caught.value.detail == "GATESCORE_START does not hold the environment of the service"
    assert caught.value.reason is Reason.ADAPTER_BUG


def test_without_a_service_nothing_runs() -> None:
    assert startup.commands(Target(name="t"), Options(tree="", output="")) == ()
    with pytest.raises(ParseError) as caught:
        startup.parse(())
    assert caught.value.reason is Reason.NO_RESULT
