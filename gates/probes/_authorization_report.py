"""What the attempts of the authorisation probe come to: findings, figures, evidence."""

import msgspec

from gates.core import restricted
from gates.core.cast import Cast, Person
from gates.core.documented import Documented
from gates.core.model import (
    Aspect,
    Finding,
    Measurement,
    OperationEvidence,
    Severity,
    Status,
    ToolReport,
)
from gates.core.ownership import shapes_of
from gates.probes import _functions
from gates.probes._cells import NOBODY, Cell
from gates.probes._commands import command
from gates.probes._world import World

TOOL = "authorization"
OBJECTS, FUNCTIONS = "authorization.exposed_objects", "authorization.exposed_functions"
TRIED = "authorization.tried_percent"
DONE = {
    "read": "reads the object of somebody else",
    "list": "finds the object of somebody else in the list",
    "change": "changes the object of somebody else",
    "delete": "deletes the object of somebody else",
    "use": "acts on the object of somebody else",
    "fill": "puts something into the object of somebody else",
}
REFUSALS = "401, 403 or 404"
ALLOWED = {"list": "a list without it"}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays which part, and which operations are public, private or kept for a role."""

    cast: Cast
    people: dict[str, Person]
    kept: dict[str, tuple[str, ...]]
    public: frozenset[str]
    private: frozenset[str]
    silent: bool
    notes: tuple[str, ...] = ()


def report(
    world: World, plan: Plan, cells: list[Cell], incomplete: tuple[str, ...] = ()
) -> ToolReport:
    """Findings, figures, and one line of evidence for each operation."""
    exposed = {(c.label, c.verb, c.who): c for c in cells if c.state is Status.FAIL}
    findings = tuple(sorted((_finding(c) for c in exposed.values()), key=lambda f: f.context))
    evidence = tuple(_evidence(world, plan, op, cells) for op in world.operations)
    wanted = [op.label for op in world.operations if _is_wanted(op, plan)]
    told = {cell.label for cell in cells if _tells(cell)}
    return ToolReport(
        tool=TOOL,
        examined=max(len(cells), 1),
        examined_unit="attempts",
        measurements=_measurements(plan, cells, wanted, told, findings),
        findings=findings,
        incomplete=incomplete,
        notes=(*plan.notes, *_untried(evidence, wanted, told)),
        operations=evidence,
    )


def _tells(cell: Cell) -> bool:
    """Whether it says something of authorisation: that nobody is refused alone does not."""
    return cell.state is Status.FAIL or (cell.state is Status.PASS and cell.who != NOBODY)


def _is_wanted(op: Documented, plan: Plan) -> bool:
    """Whether somebody has to be kept from it: it has an id, or is kept for a role."""
    if op.label in plan.kept:
        return True
    open_to_all = op.label in plan.public or (restricted.open_to_all(op) and not plan.silent)
    return bool(shapes_of(op.path)) and not open_to_all


def _measurements(
    plan: Plan, cells: list[Cell], wanted: list[str], told: set[str], findings: tuple[Finding, ...]
) -> dict[str, Measurement]:
    functions = {label for label in wanted if label in plan.kept}
    objects = set(wanted) - functions
    called = {c.label for c in cells if c.verb == _functions.VERB and c.label in told}
    looked = {c.label for c in cells if c.verb != _functions.VERB and c.label in told}
    share = 100.0 * len(told & set(wanted)) / len(wanted) if wanted else None
    return {
        OBJECTS: _count(OBJECTS, findings, objects, looked, "operations with an id", called),
        FUNCTIONS: _count(
            FUNCTIONS, findings, functions, called, "operations kept for a role", looked
        ),
        TRIED: Measurement(value=share)
        if share is not None
        else Measurement(value=None, why="no operation has an id or is kept for a role"),
    }


def _count(
    metric: str,
    findings: tuple[Finding, ...],
    wanted: set[str],
    tried: set[str],
    what: str,
    others: set[str],
) -> Measurement:
    """A number where something was tried, or where there is nothing and others say something."""
    value = float(sum(finding.metric == metric for finding in findings))
    if not value and not tried and (wanted or not others):
        why = f"none of {len(wanted)} {what} could be tried" if wanted else f"there are no {what}"
        return Measurement(value=None, why=why)
    return Measurement(value=value, detail=f"{len(tried)} {what} tried")


def _untried(
    evidence: tuple[OperationEvidence, ...], wanted: list[str], told: set[str]
) -> tuple[str, ...]:
    return tuple(
        f"not tried: {one.operation}: {one.detail}"
        for one in evidence
        if one.operation in wanted and one.operation not in told
    )


def _evidence(world: World, plan: Plan, op: Documented, cells: list[Cell]) -> OperationEvidence:
    own = [cell for cell in cells if cell.label == op.label]
    told = [cell for cell in own if _tells(cell)]
    failed = [cell for cell in told if cell.state is Status.FAIL]
    state = Status.FAIL if failed else Status.PASS if told else Status.NO_DATA
    chosen = (failed or told or own)[:1]
    detail = f"{chosen[0].who} {chosen[0].detail}" if chosen and told else ""
    return OperationEvidence(
        operation=op.label,
        aspect=Aspect.AUTHORISATION,
        state=state,
        count=len(told),
        detail=detail or (chosen[0].detail if chosen else _why_not(world, plan, op)),
    )


def _why_not(world: World, plan: Plan, op: Documented) -> str:
    if op.label in plan.public:
        return "public, as the target file says"
    if restricted.open_to_all(op):
        return "public, as the document says"
    shapes = shapes_of(op.path)
    if not shapes:
        return "no id and no role: every account may use it"
    return world.refusals.get(shapes[-1], "its object is there for everybody, or could not be made")


def _finding(cell: Cell) -> Finding:
    function = cell.verb == _functions.VERB
    done = cell.detail if function else DONE[cell.verb]
    message = f"{cell.label}: {cell.who} {done}; allowed: {ALLOWED.get(cell.verb, REFUSALS)}"
    return Finding(
        tool=TOOL,
        rule="authorization.exposed-function"
        if function
        else f"authorization.exposed-{_word(cell)}",
        severity=Severity.CRITICAL if cell.verb in ("delete", "change") else Severity.HIGH,
        message=message,
        fix=_fix(cell, function),
        reproduce=_reproduce(cell),
        context=f"{cell.label} {cell.verb} {cell.who}",
        metric=FUNCTIONS if function else OBJECTS,
    )


def _word(cell: Cell) -> str:
    return {"read": "read", "list": "list", "change": "change", "delete": "deletion"}.get(
        cell.verb, "action"
    )


def _fix(cell: Cell, function: bool) -> str:
    if function:
        return "Check the role before anything else is done; answer 403."
    if cell.verb == "list":
        return "Filter the list by its owner; if everybody may see it, say so in [authorization]."
    return (
        "Look the object up by its id and its owner; answer others as if there were none. If "
        "everybody may, name the operation in [authorization] public."
    )


def _reproduce(cell: Cell) -> str:
    sent = cell.sent
    if sent is None:
        return ""
    token = "" if sent.identity is None else "OTHER_TOKEN"
    return command(sent, body=sent.body, token=token)
