"""Runs the behaviours that the team has written down against the running service.

Input: the keys of gates.probes._caller, and tree, folder, flows, identities (names), given (what
[auth] says for a preset). GATESCORE_VARIABLES holds the values of the service's variables.
"""

import secrets
from collections.abc import Iterable
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import msgspec

from gates.core.model import (
    Finding,
    Measurement,
    Proof,
    ProofKind,
    Reason,
    Severity,
    Status,
    ToolReport,
)
from gates.core.oracle import Oracle, split, title_of
from gates.core.oracle_text import names, shell, steady
from gates.core.redact import Redactor
from gates.probes import _common, _openapi
from gates.probes._caller import Caller, Exhausted
from gates.probes._oracle_run import Outcome, World, carry_out
from gates.probes._oracle_schemas import Schemas
from gates.shell import oracle_files
from gates.shell.network import NetworkError

TOOL = "oracles"
FAILED = "oracles.failed"
MISSING_FLOW = "oracles.flow-missing"
MOST_WRONG = 5  # differences of one oracle that are told
SHOWN = 1_500  # characters of one finding
LETTERS = "".join(sorted(set(ascii_lowercase) - set("ilo")))  # none that is read as a digit


def measure(given: dict[str, Any]) -> ToolReport:
    """Read all files, run what can be read, and judge. Raises ProbeError."""
    variables = _common.variables()
    known = oracle_files.Known(
        identities=tuple(given["identities"]),
        variables=tuple(sorted(variables)),
        given=given.get("given", {}),
    )
    folder = oracle_files.read_folder(Path(given["tree"]), given["folder"], known)
    caller = Caller(given, TOOL)
    world = World(
        caller=caller,
        schemas=Schemas(_openapi.document(given.get("document", ""))),
        secrets=variables,
    )
    outcomes = _outcomes(folder.oracles, world)
    problems = [str(one) for one in folder.problems]
    flows = [flow for flow in given["flows"] if flow not in folder.unread]
    return report(outcomes, problems, flows, _redactor(world))


def made_up() -> dict[str, str]:
    """A word, an address and a password that no run before has used."""
    word = "".join(secrets.choice(LETTERS) for _ in range(14))
    return {
        "unique": word,
        "email": f"{word}@example.com",
        "password": f"Aa1-{secrets.token_urlsafe(15)}",
    }


def _outcomes(oracles: Iterable[Oracle], world: World) -> list[Outcome]:
    found: list[Outcome] = []
    gap = ""
    for oracle in oracles:
        if gap:
            found.append(Outcome(oracle=oracle, gap=gap))
            continue
        try:
            found.append(carry_out(oracle, made_up(), world))
        except Exhausted as error:
            gap = str(error)
            found.append(Outcome(oracle=oracle, gap=gap))
        except NetworkError as error:
            detail = f"oracle {oracle.id}: the service is not there: {error.detail}"
            raise _common.ProbeError(detail, Reason.TARGET_DOWN) from error
    return found


def _redactor(world: World) -> Redactor:
    """Takes out the service's variables, and what the identities authenticate with."""
    identities = world.caller.identities.values()
    headers = [value for one in identities for value in one.headers.values()]
    tokens = [value.split(" ", 1)[-1] for value in headers]
    return Redactor([*world.secrets.values(), *headers, *tokens])


def report(
    outcomes: list[Outcome], problems: list[str], flows: Iterable[str], redactor: Redactor
) -> ToolReport:
    """What the results say, every oracle by name."""
    run = [one for one in outcomes if not one.gap]
    missing = sorted({*flows} - {one.oracle.id for one in outcomes})
    failed = [one for one in run if one.failed]
    gaps = [f"oracle {one.oracle.id} was not judged: {one.gap}" for one in outcomes if one.gap]
    return ToolReport(
        tool=TOOL,
        examined=len(outcomes) + len(problems),
        examined_unit="oracles",
        measurements={
            "oracles.failed": Measurement(value=len(failed)),
            "oracles.run": Measurement(value=len(run)),
            "oracles.flows_missing": Measurement(
                value=len(missing),
                detail="" if [*flows] else "the target file names no critical flow",
            ),
        },
        findings=(
            *(_failure(one, redactor) for one in failed),
            *(_flow(one) for one in missing),
        ),
        proofs=tuple(_proof(one) for one in outcomes),
        incomplete=tuple(redactor.text(text) for text in (*problems, *gaps)),
        notes=tuple(f"oracle {one.oracle.id}: {one.state}" for one in outcomes),
    )


def _proof(outcome: Outcome) -> Proof:
    state = Status.FAIL if outcome.failed else Status.PASS
    return Proof(
        kind=ProofKind.ORACLE,
        name=outcome.oracle.id,
        state=Status.NO_DATA if outcome.gap else state,
    )


def _failure(outcome: Outcome, redactor: Redactor) -> Finding:
    oracle = outcome.oracle
    step = oracle.steps[outcome.failed - 1]
    title = title_of(step, outcome.failed)
    did = step.request or (step.subscribe and f"WebSocket {step.subscribe}") or "message"
    wrong = "; ".join(outcome.wrong[:MOST_WRONG])
    text = steady(redactor.text(wrong), {**outcome.values})
    return Finding(
        tool=TOOL,
        rule=FAILED,
        severity=Severity.HIGH,
        message=f"{oracle.id} ({oracle.title}), {title}: {did}: {text}"[:SHOWN],
        fix="Mend the service; where the behaviour is meant to change, change the oracle too.",
        reproduce=reproduction(oracle, outcome.failed),
        context=f"{oracle.id} {title}",
        metric="oracles.failed",
    )


def _flow(id: str) -> Finding:
    return Finding(
        tool=TOOL,
        rule=MISSING_FLOW,
        severity=Severity.HIGH,
        message=f'oracles.flows names "{id}": no oracle has this id',
        fix="Write an oracle with this id, or take the flow out of the target file.",
        context=id,
        metric="oracles.flows_missing",
    )


def reproduction(oracle: Oracle, failed: int) -> str:
    """Commands of the requests up to the failing one; values are variables of the shell."""
    lines = []
    for step in oracle.steps[:failed]:
        if step.receive:
            lines.append(f"# {step.receive}: each gets the message")
        elif step.subscribe:
            lines.append(f"# {step.subscribers} × WebSocket {step.subscribe} as {step.group}")
        else:
            lines.append(_curl(step))
    lines = [f"{name}={shell(value)}" for name, value in _plain_values(oracle)] + lines
    return "\n".join(lines)


def _plain_values(oracle: Oracle) -> list[tuple[str, str]]:
    used = {name for step in oracle.steps for name, _ in names(msgspec.to_builtins(step))}
    return [(k, str(v)) for k, v in oracle.values.items() if k in used and not isinstance(v, dict)]


def _curl(step: Any) -> str:
    method, path = split(step.request)
    words = ["curl -si -X", method]
    if step.identity != "nobody" and "authorization" not in {n.lower() for n in step.headers}:
        token = "TOKEN" if step.identity in ("", "default") else f"TOKEN_{step.identity.upper()}"
        words.append(f'-H "Authorization: ${token.replace("-", "_")}"')
    words += [f"-H {shell(f'{name}: {value}')}" for name, value in step.headers.items()]
    if step.json is not None:
        words.append('-H "Content-Type: application/json"')
        words.append(f"--data-binary {shell(msgspec.json.encode(step.json).decode())}")
    words += [f"--data-urlencode {shell(f'{name}={value}')}" for name, value in step.form.items()]
    if step.text:
        words.append(f"--data-binary {shell(step.text)}")
    query = "&".join(f"{name}={value}" for name, value in step.query.items())
    words.append(f'"$BASE_URL"{shell(path + (f"?{query}" if query else ""))}')
    captured = ", ".join(f"{name} = {place}" for name, place in step.capture.items())
    return " ".join(words) + (f"  # {captured}" if captured else "")


if __name__ == "__main__":
    _common.run(measure)
