"""A tool that runs one of the programs of tests/faults/programs, as the policy's options say.

Options: `program` (its name), `arguments` (texts), `secrets` (kinds that it is handed), `times`
(how often it runs), `fresh` (whether each run asks for a fresh state).
"""

from pathlib import Path

from gates.core.model import Reason, ToolReport
from gates.core.tool import Control, Invocation, Metric, ParseError
from gates.tools.formats import strict_json

DISTRIBUTION = "fake-tools"
METRICS = {"fake.errors": Metric("Errors that the fake tool says it found")}
PROGRAMS = Path(__file__).parents[1] / "programs"


def commands(target, options):
    settings = options.settings
    program = PROGRAMS / f"{settings.get('program', 'works')}.py"
    return tuple(
        Invocation(
            argv=(options.python, str(program), *settings.get("arguments", ())),
            cwd=options.output,
            deadline_s=options.deadline_s,
            files={"result": "result.json"},
            env={
                "FAKE_BASE_URL": options.base_url,
                "FAKE_TREE": options.tree,
                "FAKE_RESULTS": options.results,
            },
            secrets=tuple(settings.get("secrets", ())),
            fresh=settings.get("fresh", False),
        )
        for _ in range(settings.get("times", 1))
    )


def parse(outputs):
    *_, output = outputs
    if output.exit_code == 75:
        raise ParseError(Reason.GENERATOR_UNHEALTHY, "schedule lag p99 99 ms (at most 10 ms)")
    if output.exit_code != 0:
        lines = output.stderr.decode("utf-8", "replace").splitlines() or ["nothing on stderr"]
        raise ParseError(Reason.TOOL_CRASHED, f"fake ended with {output.exit_code}: {lines[-1]}")
    return strict_json.decode_as(output.files.get("result"), ToolReport, what="fake's result")


def control():
    return Control(files={"planted.txt": "a defect\n"}, rule="planted")
