"""What a step of a GitHub workflow hands on: the documented outputs, each one harmless line."""

import json
from collections.abc import Iterable, Mapping

from gates.core.model import GateStatus, Scorecard, Verdict

KEYS = (
    "verdict",
    "exit-code",
    "score",
    "folder",
    "scorecard",
    "html",
    "failed-gates",
    "unjudged-gates",
    "sarif-files",
    "plan",
    "matrix",
)
_UNJUDGED = {GateStatus.ERROR, GateStatus.NOT_RUN, GateStatus.PENDING}
MEANING = {
    1: "the gates say no",
    2: "wrong usage, or a policy or target file that is not right: see the log",
    3: "it could not be judged",
    4: "refused by the safety policy: see the log",
    5: "a bug of gatescore: see the log",
    130: "cancelled",
    143: "cancelled",
}


class UnsafeError(Exception):
    """A value that would be more than one line; the text names its key."""


def outputs(card: Scorecard | None, code: int, folder: str, sarif: Iterable[str]) -> dict[str, str]:
    """Every documented key; "" where there is nothing to say. Lists are JSON.

    A verdict is only what the exit code says too: 0 is PASS or WARN, 1 is FAIL, and all else,
    a run that left no scorecard included, is INCONCLUSIVE.
    """
    given = dict.fromkeys(KEYS, "")
    given |= {"verdict": verdict(card, code).value, "exit-code": str(code), "folder": folder}
    given |= {"failed-gates": "[]", "unjudged-gates": "[]", "sarif-files": "[]"}
    if card is None:
        return given
    return given | {
        "score": "" if card.score is None else f"{card.score:.2f}",
        "scorecard": f"{folder}/scorecard.json",
        "html": f"{folder}/scorecard.html",
        "failed-gates": listed(gate.id for gate in card.gates if gate.status is GateStatus.FAIL),
        "unjudged-gates": listed(gate.id for gate in card.gates if gate.status in _UNJUDGED),
        "sarif-files": listed(sarif),
    }


def verdict(card: Scorecard | None, code: int) -> Verdict:
    """The verdict that scorecard and exit code agree on, else INCONCLUSIVE."""
    of_code = {0: (Verdict.PASS, Verdict.WARN), 1: (Verdict.FAIL,)}.get(code, ())
    return card.verdict if card is not None and card.verdict in of_code else Verdict.INCONCLUSIVE


def listed(names: Iterable[str]) -> str:
    """Names as a JSON list in ASCII: on one line whatever they hold."""
    return json.dumps(sorted(names))


def lines(given: Mapping[str, str]) -> str:
    """The file that GITHUB_OUTPUT names, a `key=value` each. Raises UnsafeError."""
    for key, value in given.items():
        if not value.isprintable() and value:
            raise UnsafeError(f"the output {key} would be more than one line: {value!r}")
    return "".join(f"{key}={value}\n" for key, value in given.items())


def unjudged(code: int) -> str:
    """Why there is no scorecard, in a sentence without any foreign text."""
    return f"no verdict, exit code {code}: {MEANING.get(code, 'it was ended')}"
