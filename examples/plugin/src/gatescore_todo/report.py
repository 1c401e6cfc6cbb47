"""The report format `todo.md`: where the open TODOs of a run are, a line each."""

from gates.core.model import Scorecard


def render(scorecard: Scorecard) -> bytes:
    """Make the file from the scorecard alone: it reads no other file, no clock, no network."""
    lines = [
        f"* `{finding.path}:{finding.line}`\n"
        for gate in scorecard.gates
        for finding in gate.findings
        if finding.tool == "todo"
    ]
    return "".join((f"# Open TODOs of {scorecard.target.name}\n", *lines)).encode()
