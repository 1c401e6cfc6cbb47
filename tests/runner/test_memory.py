"""A report of 100,000 findings, or half a gigabyte of output, stays under 300 MB of our memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_MB = 300
FINDINGS = 100_000
READ = """
import json, sys
from pathlib import Path
from gates.core.policy import OwnTool
from gates.core.redact import Redactor
from gates.core.target import Target
from gates.core.tool import Options, ToolOutput
from gates.runner import contexts, ingest
from gates.tools import own_tool
output, form = Path(sys.argv[1]), sys.argv[2]
spec = OwnTool(format=form, files=("report",), command=("/bin/true",), examines=("*",))
tool = own_tool.tool("mine", spec)
options = Options(tree=str(output), output=str(output), files=("a.py",))
(given,) = tool.commands(Target(name="x"), options)
for name, text in given.inputs.items():
    (output / name).write_text(text)
files = {name: ingest.read(output / file) for name, file in given.files.items()}
left = ToolOutput(exit_code=0, files=files)
ingest.digests(left)
redactor = Redactor(["some-secret-of-ours"])
report = tool.parse((left,))
del left, files
report = redactor.report(contexts.located(report, output, redactor, {}))
ingest.redact_folder(output, redactor)
status = Path("/proc/self/status").read_text()  # getrusage counts the process that forked us
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps([peak, report.measurements["mine.findings"].value, len(report.findings)]))
"""
RUN = """
import json, os, sys
from pathlib import Path
from gates.shell.process import Cancellation, Limits, execute
output = Path(sys.argv[1])
program = "import sys\\nfor _ in range(500): %s.write(b'x' * 2**20)"
place = {"stdout": "sys.stdout.buffer", "file": "open('report', 'ab')"}[sys.argv[2]]
done = execute(
    (sys.executable, "-c", program.replace("\\\\n", chr(10)) % place), cwd=output,
    env=dict(os.environ), output=output, limits=Limits(deadline_s=60.0), cancel=Cancellation(),
    watch=[output / "report"],
)
status = Path("/proc/self/status").read_text()  # getrusage counts the process that forked us
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps([peak, done.ending]))
"""


def measured(program: str, *arguments: str) -> list[object]:
    """What a process of its own prints: this one's memory would be that of all tests before."""
    ran = subprocess.run(
        (sys.executable, "-c", program, *arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.stderr == ""
    told: list[object] = json.loads(ran.stdout)
    return told


def sarif_result(number: int) -> str:
    place = {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 1}}
    result = {
        "ruleId": f"R{number % 50}",
        "level": "warning",
        "message": {"text": f"finding {number} 😀 " + "x" * 150},
        "locations": [{"physicalLocation": place}],
    }
    return json.dumps(result, ensure_ascii=False)


def write_report(file: Path, form: str) -> None:
    with file.open("w", encoding="utf-8") as report:
        if form == "sarif":
            report.write('{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}},"results":[')
            report.writelines(f"{sarif_result(n)}," for n in range(FINDINGS - 1))
            report.write(f"{sarif_result(0)}]}}]}}")
            return
        finding = {"rule": "R1", "path": "a.py", "line": 1}
        report.writelines(
            json.dumps({**finding, "message": f"{n} 😀 " + "x" * 150}, ensure_ascii=False) + "\n"
            for n in range(FINDINGS)
        )


@pytest.mark.parametrize("form", ["sarif", "findings"])
def test_a_report_of_100_000_findings_is_counted_in_full_b50(form, tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    write_report(tmp_path / "report", form)
    peak, total, kept = measured(READ, str(tmp_path), form)
    assert (total, kept) == (FINDINGS, 10_000)
    assert peak < MOST_MB


@pytest.mark.parametrize("place", ["stdout", "file"])
def test_half_a_gigabyte_of_output_is_too_large(place, tmp_path):
    peak, ending = measured(RUN, str(tmp_path), place)
    assert ending == "output-too-large"
    assert peak < MOST_MB
