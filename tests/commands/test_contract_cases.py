"""`gatescore corpus` and `gatescore regression`: from a finding to a case and to a test."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.cli import Place

DATA = Path(__file__).parents[1] / "tools" / "data" / "contract"
TARGET = """\
name = "things"
[service]
start = ["{python}", "service.py", "{port}"]
health = "/health"
[openapi]
file = "things.json"
"""
CASE = {
    "rule": "ST101",
    "check": "not_a_server_error",
    "cause": "500 ZeroDivisionError",
    "expected": "no-server-error",
    "title": "Server error",
    "operation": "POST /v1/things",
}
POST = {"operation": "POST /v1/things", "method": "POST", "path": "/v1/things"}
JSON = {"Content-Type": "application/json"}
TOKEN = "token-abcdef123456"  # pragma: allowlist secret


def kept(folder: Path) -> Path:
    """A run with three cases: one request, a chain, and one judged by the document."""
    cases = folder / "results" / "contract" / "schemathesis" / "corpus"
    cases.mkdir(parents=True)
    (folder / "plan.json").write_text("{}")
    sent = {**POST, "headers": JSON, "credentials": ["Authorization"]}
    crash = {**CASE, "steps": [{**sent, "body": '{"name": "a", "size": 100}'}]}
    label = "DELETE /v1/things/{id}"
    item = {"path": "/v1/things/77", "credentials": ["Authorization"]}
    take = {"takes": [{"step": 0, "pointer": "/id", "seen": "77"}]}
    undead = {
        **CASE,
        "rule": "ST301",
        "expected": "gone",
        "operation": label,
        "steps": [
            {**sent, "body": '{"name": "a"}'},
            {"operation": label, "method": "DELETE", **item, **take},
            {"operation": "GET /v1/things/{id}", "method": "GET", **item, **take},
        ],
    }
    html = {
        **CASE,
        "rule": "ST105",
        "expected": "documented",
        "operation": "GET /v1/things",
        "steps": [
            {
                "operation": "GET /v1/things",
                "method": "GET",
                "path": "/v1/things",
                "credentials": ["Authorization"],
            }
        ],
    }
    for name, case in (("crash", crash), ("undead", undead), ("html", html)):
        (cases / f"{name}.json").write_text(json.dumps(case))
    promises = cases.with_name("promises")
    promises.mkdir()
    promise = {
        "statuses": ["200", "401"],
        "status": 200,
        "media_types": ["application/json"],
        "body_schema": {"type": "array"},
    }
    (promises / "html.json").write_text(json.dumps(promise))
    return folder


@contextmanager
def service(plant: str) -> Iterator[str]:
    env = {**os.environ, "PLANT": plant, "TOKEN": TOKEN}
    program = [sys.executable, str(DATA / "things_service.py")]
    with subprocess.Popen(program, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def outcome(file: Path, plant: str) -> dict[str, str]:
    """What pytest says of each test of a file against the service."""
    with service(plant) as origin:
        env = {**os.environ, "BASE_URL": origin, "AUTHORIZATION": f"Bearer {TOKEN}"}
        words = ("-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", str(file))
        done = subprocess.run(
            [sys.executable, *words], env=env, cwd=file.parent, capture_output=True, text=True
        )
    lines = (line.split() for line in done.stdout.splitlines() if "::" in line)
    return {words[1].rpartition("::test_")[2]: words[0] for words in lines if len(words) > 1}


def test_tests_of_findings_fail_now_and_pass_when_mended(place: Place, tmp_path: Path) -> None:
    folder = kept(tmp_path / "kept")
    file = tmp_path / "test_regression.py"
    done = place.run("regression", folder, "--output", file)
    assert (done.code, "3 tests in" in done.stderr) == (0, True)
    compile(file.read_text(), str(file), "exec")
    names = ("crash", "html", "undead")
    assert outcome(file, "crash,html,undead") == dict.fromkeys(names, "FAILED")
    assert outcome(file, "") == dict.fromkeys(names, "PASSED")


def test_cases_are_copied_into_the_target_once(place: Place, tmp_path: Path) -> None:
    folder = kept(tmp_path / "kept")
    target = tmp_path / "target"
    target.mkdir()
    (target / "things.json").write_bytes((DATA / "things.json").read_bytes())
    (target / "gatescore.toml").write_text(TARGET)
    listed = place.run("corpus", "list", folder, target)
    assert listed.stdout.decode().splitlines()[0].startswith("crash.json: Server error: 500")
    assert not (target / "gatescore").exists()
    first = place.run("corpus", "add", folder, target)
    assert first.code == 0, first.stderr
    assert "3 cases added to" in first.stderr
    corpus = target / "gatescore" / "corpus"
    assert sorted(path.name for path in corpus.iterdir()) == [
        "crash.json", "html.json", "undead.json",
    ]  # fmt: skip
    (corpus / "crash.json").write_text("reviewed")
    again = place.run("corpus", "add", folder, target)
    assert "0 cases added" in again.stderr
    assert (corpus / "crash.json").read_text() == "reviewed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("corpus", "list"), "not the folder of a run"),
        (("regression",), "not the folder of a run"),
    ],
)
def test_a_folder_that_is_no_run(
    place: Place, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = place.run(*words, tmp_path / "none")
    assert done.code == 2
    assert said in done.stderr


def test_a_finding_that_is_not_there(place: Place, tmp_path: Path) -> None:
    folder = kept(tmp_path / "kept")
    done = place.run("regression", folder, "--finding", "0123456789")
    assert done.code == 2
    assert "Traceback" not in done.stderr
