"""Staging and CI: really asked, on this machine, and never taken for fine if they say nothing."""

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gates.core.deployed import Pipeline, Staging
from gates.core.model import Reason
from gates.probes._common import ProbeError
from gates.probes._looks import Look
from gates.probes.deployment import pipeline, staging

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40


class _Staging(http.server.BaseHTTPRequestHandler):
    """Answers with the commit in a header and in its body, or as the path says."""

    def do_GET(self) -> None:
        status = int(self.path[1:]) if self.path[1:].isdecimal() else 200
        self.send_response(status)
        self.send_header("X-Commit", COMMIT[:12] if self.path != "/other" else OTHER)
        self.send_header("Location", "/version")
        body = f'{{"build": {{"commit": "{COMMIT}", "number": 7}}}}'.encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Staging) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "keys", "said"),
    [
        ("/version", {"header": "x-commit"}, ""),
        ("/version", {"pointer": "/build/commit"}, ""),
        ("/version", {"pointer": "/build/number"}, "does not name its commit: there is nothing at"),
        ("/version", {"pointer": "/nothing"}, "does not name its commit: there is nothing at"),
        ("/version", {"header": "X-Other"}, "does not name its commit: there is nothing at"),
        ("/other", {"header": "X-Commit"}, f"runs '{OTHER}', not {COMMIT[:12]}, at header"),
        ("/404", {"header": "X-Commit"}, "answers 404"),
        ("/302", {"header": "X-Commit"}, "answers 302"),
    ],
)
def test_staging_has_to_name_this_commit(
    origin: str, path: str, keys: dict[str, str], said: str
) -> None:
    asked = msgspec.convert({"url": origin + path, **keys}, Staging)
    look = staging.looked(asked, (), (COMMIT,))
    assert look.measurement.value == (1 if said else 0)
    assert [flaw.message.removeprefix("staging ")[: len(said)] for flaw in look.findings] == (
        [said] if said else []
    )


def test_the_commit_before_sign_offs_is_as_good(origin: str) -> None:
    asked = Staging(url=f"{origin}/version", header="X-Commit")
    assert staging.looked(asked, (), (OTHER, COMMIT)).measurement.value == 0


def test_staging_that_does_not_answer_runs_nothing() -> None:
    asked = Staging(url="http://127.0.0.1:9/version", header="X-Commit", deadline_s=2)
    (flaw,) = staging.looked(asked, (), (COMMIT,)).findings
    assert flaw.message == "staging gives no answer: refused"


def test_an_origin_that_nobody_allowed_is_never_asked() -> None:
    asked = Staging(url="http://192.0.2.7/version", header="X-Commit")
    with pytest.raises(ProbeError, match="service.allow") as caught:
        staging.looked(asked, (), (COMMIT,))
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY


def test_what_is_not_known_is_not_judged() -> None:
    assert "no [staging]" in staging.looked(None, (), (COMMIT,)).measurement.why
    asked = Staging(url="http://127.0.0.1:9/", header="X")
    assert "not known" in staging.looked(asked, (), ()).measurement.why


def ci(tmp_path: Path, code: str, *, says: str = "", deadline_s: float = 20.0) -> Look:
    asked = Pipeline(
        command=(sys.executable, "-c", code, "{commit}"), says=says, deadline_s=deadline_s
    )
    return pipeline.looked(asked, tmp_path, tmp_path, COMMIT)


@pytest.mark.parametrize(
    ("code", "says", "said"),
    [
        ("", "", ""),
        ("print('success')", "success", ""),
        ("import sys; print(sys.argv[1])", COMMIT, ""),
        ("import os; print(os.getcwd())", "", ""),
        ("print('pending')", "success", "found 'pending', expected 'success'"),
        ("raise SystemExit('tests failed')", "", "the command ended with 1: tests failed"),
        ("print('a'); print('b'); raise SystemExit(3)", "", "the command ended with 3: b"),
        ("raise SystemExit(2)", "", "the command ended with 2"),
    ],
)
def test_the_ci_of_this_commit_has_to_be_green(
    tmp_path: Path, code: str, says: str, said: str
) -> None:
    look = ci(tmp_path, code, says=says)
    assert look.measurement.value == (1 if said else 0)
    expected = f"the CI of this commit is not green: {said}"
    assert [flaw.message for flaw in look.findings] == ([expected] if said else [])


def test_a_command_that_does_not_end_tells_nothing(tmp_path: Path) -> None:
    look = ci(tmp_path, "import time; time.sleep(60)", deadline_s=0.5)
    assert look.measurement.value is None
    assert "no end within 0.5 s" in look.measurement.why


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    asked = Pipeline(command=("echo", "{commit}; touch made"), says=f"{COMMIT}; touch made")
    assert pipeline.looked(asked, tmp_path, tmp_path, COMMIT).measurement.value == 0
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("program", ["no-such-program-here", "./gone.sh"])
def test_a_program_that_is_not_there_tells_nothing(tmp_path: Path, program: str) -> None:
    look = pipeline.looked(Pipeline(command=(program,)), tmp_path, tmp_path, COMMIT)
    assert look.measurement.value is None
    assert "pipeline.command" in look.measurement.why


def test_a_program_of_the_tree_is_run_and_none_beyond_it(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for place in (tree / "status.sh", tmp_path / "status.sh"):
        place.write_text("#!/bin/sh\necho green\n")
        place.chmod(0o755)
    inside = Pipeline(command=("./status.sh", "{commit}"), says="green")
    assert pipeline.looked(inside, tree, tmp_path, COMMIT).measurement.value == 0
    with pytest.raises(ProbeError, match="leads out of the target"):
        pipeline.looked(Pipeline(command=("../status.sh",)), tree, tmp_path, COMMIT)


def test_without_a_pipeline_or_a_commit_nothing_is_run(tmp_path: Path) -> None:
    assert "no [pipeline]" in pipeline.looked(None, tmp_path, tmp_path, COMMIT).measurement.why
    asked = Pipeline(command=("touch", "made"))
    assert "not known" in pipeline.looked(asked, tmp_path, tmp_path, "").measurement.why
    assert not (tmp_path / "made").exists()
