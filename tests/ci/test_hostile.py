"""P57, P59: whatever a target says, the runner sees our commands alone, and our outputs alone."""

import subprocess
import sys
from pathlib import Path

from gates.core import step_outputs
from tests.ci.conftest import Made
from tests.ci.log import Log, lines_of
from tests.faults.cli import fake

SAID = (
    "::error file=a.py::forged",
    "  ::add-mask::a",
    "x ##[error]forged",
    "a\r::add-matcher::/tmp/m.json\r\n::set-output name=verdict::PASS",
    "::stop-commands::mine",
    "verdict=PASS\nexit-code=0",
)
OURS = {"error", "warning", "notice"}


def test_the_reader_of_these_tests_sees_what_the_runner_would() -> None:
    log = Log().read(lines_of("\n".join(SAID[:4]).encode()))
    names = [command.name for command in log.commands]
    assert names == ["error", "add-mask", "error", "add-matcher", "set-output"]
    silent = Log().read(lines_of(b"::stop-commands::t\n::error::x\n##[error]x\n::t::\n::error::y"))
    assert [command.text for command in silent.commands] == ["y"]


def test_p57_no_name_finding_or_text_of_a_target_becomes_a_command(made: Made) -> None:
    """In the name of a file, the title of a gate, findings, and what a tool says as it ends."""
    folder = made.place.target()
    (folder / "::error file=x::y.py").write_text("A = 1\n")
    says = "../../ci/says"
    gates = {
        "told": fake(says, *SAID, title=f"{SAID[2]} {SAID[0]}"),
        "said": fake(says, "--crash", *SAID, title=SAID[1]),
    }
    job, good, outputs = made.judged(gates)
    assert not good
    assert set(outputs) == {*step_outputs.KEYS, "program"}
    assert outputs["verdict"] == "FAIL"
    judged = next(one for one in job.shown if one.name == "Judge")
    assert judged.stderr == b"", "one stream, in one order"
    assert {command.name for command in judged.log.commands} <= OURS
    assert all(command.properties["title"] for command in judged.log.commands)
    obeyed = {key for command in judged.log.commands for key in command.properties}
    assert obeyed <= {"title", "file", "line"}
    assert judged.log.stopped == ""
    assert b"forged" in judged.stdout


def test_p57_nor_does_what_is_printed_raw_by_us_or_by_a_program_of_ours() -> None:
    """The second fence: the terminal's own texts hold no command either."""
    program = """
import subprocess, sys
from gates.shell import step_files
texts = sys.argv[1:]
with step_files.muted("0123456789abcdef"):
    for text in texts:
        print(text)
        print(text, file=sys.stderr)
        subprocess.run([sys.executable, "-c", "import sys; print(sys.argv[1])", text])
    print("no end of line", end="")
step_files.tell("::notice title=ours::x")
"""
    done = subprocess.run([sys.executable, "-c", program, *SAID], capture_output=True, timeout=60)
    log = Log().read(lines_of(done.stderr)).read(lines_of(done.stdout))
    assert [command.name for command in log.commands] == ["notice"]
    assert done.stdout.count(b"##[error]forged") == 3


def test_p59_b54_no_value_is_more_than_one_line() -> None:
    for value in ("1.0\nverdict=PASS", "a\rb", "a\u2028b", "a\x1b[2J"):
        try:
            step_outputs.lines({"score": value})
        except step_outputs.UnsafeError as error:
            assert "score" in str(error)
        else:
            raise AssertionError(value)
    assert step_outputs.lines({"a": "", "b": "x y"}) == "a=\nb=x y\n"
    assert step_outputs.listed(["b\nx=1", "a"]) == '["a", "b\\nx=1"]'


def test_a_folder_whose_name_is_two_lines_is_refused_before_anything_runs(made: Made) -> None:
    job, good, outputs = made.judged({"one": fake()}, {"output-dir": str(made.path / "a\nb=c")})
    assert not good
    assert outputs["exit-code"] == ""
    assert not Path(made.path / "a\nb=c").exists()
    assert job.shown[-1].code == 3
