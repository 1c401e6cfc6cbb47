"""A probe prints one report or one line of error, as a real process shows."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gates.core.model import Measurement, Reason, ToolReport
from gates.probes import _common

PROBE = """
from gates.core.model import Measurement, Reason, ToolReport
from gates.probes import _common

def measure(given):
    if given.get("raise"):
        raise ValueError("first line\\nsecond line")
    if given.get("down"):
        raise _common.ProbeError("nobody answers", Reason.TARGET_DOWN)
    value = float(given.get("value", 1))
    return ToolReport(tool=given["tool"], examined=1, examined_unit="x",
                      measurements={"m": Measurement(value=value)})

_common.run(measure)
"""


def started(folder: Path, content: str | None) -> subprocess.CompletedProcess[bytes]:
    (folder / "probe.py").write_text(PROBE)
    if content is not None:
        (folder / "input.json").write_text(content)
    argv = [sys.executable, "probe.py", "input.json"]
    root = Path(_common.__file__).parents[2]
    env = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(argv, cwd=folder, capture_output=True, check=False, env=env)


def test_the_answer_is_one_report_and_nothing_else(tmp_path: Path) -> None:
    ended = started(tmp_path, '{"tool": "t"}')
    assert ended.returncode == 0
    assert ended.stderr == b""
    report = msgspec.json.decode(ended.stdout, type=ToolReport)
    assert report.measurements == {"m": Measurement(value=1.0)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, b"adapter-bug: input file input.json"),
        ("{", b"adapter-bug: input file input.json"),
        ("[]", b"adapter-bug: input file input.json: not a JSON object"),
        ('{"tool": "t", "raise": true}', b"adapter-bug: ValueError: first line second line"),
        ('{"tool": "t", "down": true}', b"target-down: nobody answers"),
        ('{"tool": "t", "value": "inf"}', b"adapter-bug: metric m: is not a finite number"),
    ],
)
def test_an_error_is_one_line_and_never_a_traceback(
    tmp_path: Path, content: str | None, words: bytes
) -> None:
    ended = started(tmp_path, content)
    assert ended.returncode == _common.ERROR_EXIT
    assert ended.stdout == b""
    assert ended.stderr.startswith(words)
    assert ended.stderr.count(b"\n") == 1


def test_a_lone_surrogate_is_written_as_its_escape(tmp_path: Path) -> None:
    """B10: a tool's broken text cannot stop the report."""
    ended = started(tmp_path, '{"tool": "odd"}')
    assert ended.returncode == 0
    report = ToolReport(tool="t\ud800", examined=1, examined_unit="x", notes=("n\udcff",))
    decoded = msgspec.json.decode(_common.encode(report), type=ToolReport)
    assert (decoded.tool, decoded.notes) == ("t\\ud800", ("n\\udcff",))


def test_authentication_headers_come_from_the_environment_alone() -> None:
    assert _common.auth_headers({}) == {}
    assert _common.auth_headers({"GATESCORE_AUTH": '{"A":"b"}'}) == {"A": "b"}


@pytest.mark.parametrize("text", ["hunter2-secret", '["hunter2-secret"]', '{"A": 1}'])
def test_broken_authentication_is_refused_without_quoting_it(text: str) -> None:
    """P64: an error about a secret does not hold it."""
    with pytest.raises(_common.ProbeError) as caught:
        _common.auth_headers({"GATESCORE_AUTH": text})
    assert caught.value.reason is Reason.ADAPTER_BUG
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("arguments", [(), ("a", "b")])
def test_a_probe_takes_exactly_one_file(arguments: tuple[str, ...]) -> None:
    with pytest.raises(_common.ProbeError, match="one argument"):
        _common.read_input(arguments)
