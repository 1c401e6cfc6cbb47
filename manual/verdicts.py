"""The reference of the words that verdicts are made of, and of exit codes."""

import re
from enum import StrEnum

from gates import cli
from gates.core.states import GateStatus, Reason, Severity, Status, Verdict, Weight
from gates.core.validity import VALID_FOR
from gates.core.weighing import WEIGHTS
from manual.tables import code, plain, table

TEXTS: dict[str, dict[str, str]] = {
    "Verdict": {
        "PASS": "every gate up to the level that decides holds, and the score is high enough",
        "WARN": "it may go out; something is to be looked at",
        "FAIL": "something that is required does not hold",
        "INCONCLUSIVE": "nobody can say: something that is required could not be judged",
    },
    "GateStatus": {
        "NOT_RUN": "planned, not (yet) run",
        "PASS": "every criterion holds",
        "WARN": "nothing that is required is missed, something else is",
        "FAIL": "a required criterion does not hold",
        "ERROR": "could not look; the reason is one of those below",
        "PENDING": "a person has to act: to sign, as a rule",
        "SKIPPED": "left out by the target file, with a reason",
    },
    "Status": {
        "NO_DATA": "not measured",
        "PASS": "the bound holds",
        "WARN": "the bound is missed, its warning band holds",
        "FAIL": "the bound is missed",
    },
    "Reason": {
        "tool-missing": "the program is not there",
        "tool-crashed": "it ended in a way that is none of its regular ones",
        "timeout": "it did not end in time, and was ended",
        "cancelled": "the run was stopped before it could end",
        "no-result": "it left no report",
        "empty-result": "its report is empty",
        "unreadable-result": "its report is not of the format it ought to be",
        "incomplete": "it says itself that it could not look at everything",
        "nothing-examined": "it looked at nothing, or at less than the policy wants",
        "metric-missing": "its report has not got a number that a criterion asks for",
        "not-a-number": "a number is NaN or infinite",
        "stale": "what it rests on is too old",
        "target-down": "the service does not answer any more",
        "refused-by-safety": "it would have sent to where it is not allowed to",
        "control-not-detected": "it did not find the defect that was planted",
        "generator-unhealthy": "the load generator or the machine was too busy to be believed",
        "too-few-samples": "a percentile of so few requests means nothing",
        "wrong-target": "what answers is not what was started",
        "environment-failed": "the environment of the target could not be made",
        "output-too-large": "it wrote more than is read",
        "storage-failed": "the disk did not take the result",
        "adapter-bug": "a bug of ours, or of an adapter of another package",
    },
    "Weight": {
        "block": "required: missed, the gate fails",
        "should": "counts in the score; missed, the gate warns",
        "info": "shown, and counts nowhere",
    },
}
ENUMS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("Verdicts of a run and of a level", Verdict),
    ("States of a gate", GateStatus),
    ("States of a criterion", Status),
    ("Why a gate is ERROR", Reason),
    ("Weights of a criterion", Weight),
)
_CODE = re.compile(r"([0-9]+(?: and [0-9]+)?) ([^·]+?)(?: ·|\.\s*$|$)")


def page() -> str:
    """Exit codes, states, reasons, weights, severities."""
    parts = ["# Verdicts, states and exit codes", "## Exit codes", codes_table()]
    for title, kind in ENUMS:
        parts += [f"## {title}", table(("word", "meaning"), rows(kind))]
    hours = VALID_FOR.total_seconds() / 3600
    parts += [
        "## Severities of findings",
        ", ".join(code(one) for one in Severity) + ". One that nobody knows counts as the worst.",
        "## Points",
        "; ".join(f"{weight.value} {points:g}" for weight, points in WEIGHTS.items())
        + ". A warning has half of them; skipped criteria are left out.",
        "## How long a verdict counts",
        f"{hours:g} hours from the beginning of its run (`valid_until` of the scorecard).",
    ]
    return "\n\n".join(parts) + "\n"


def rows(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """The words of a list with their meaning."""
    texts = TEXTS[kind.__name__]
    return [(code(one.value), plain(texts.get(one.value, ""))) for one in kind]


def codes_table() -> str:
    """The exit codes, as the command line says them of itself."""
    return table(("code", "meaning"), ((code(n), plain(text)) for n, text in exit_codes()))


def exit_codes() -> list[tuple[str, str]]:
    """Code and meaning, from the docstring of the command line."""
    _, _, told = " ".join((cli.__doc__ or "").split()).partition("Exit codes: ")
    return [(number, text) for number, text in _CODE.findall(told)]
