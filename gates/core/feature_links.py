"""What the tests, oracles and operations of a run say of those that a requirement names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from gates.core import matrix
from gates.core.documented import documented
from gates.core.features import Item
from gates.core.model import Aspect, OperationEvidence, Proof, ProofKind, Status, ToolReport
from gates.core.named_tests import aliases
from gates.core.operation_names import names

PROVING = (Aspect.EXERCISED, Aspect.STATEFUL, Aspect.TESTED)  # it does what is written of it
REFUTING = (*PROVING, Aspect.AUTHENTICATION, Aspect.AUTHORISATION)
PYTEST = ".py::"  # of a test's name: it has markers, so its title says nothing


class Kind(StrEnum):
    """What a requirement may rest on."""

    TEST = "test"
    OPERATION = "operation"
    ORACLE = "oracle"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a requirement rests on.

    `state` is PASS, FAIL, or NO_DATA with `why`. `broken`: there is no such thing. `marked`: a test
    that names the requirement, instead of the other way round.
    """

    kind: Kind
    name: str
    state: Status = Status.NO_DATA
    why: str = ""
    broken: bool = False
    marked: bool = False


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that requirements can be linked to, as this run saw it.

    `blind` are the kinds of which something has not been looked at, each with what is missing.
    """

    tests: Mapping[str, tuple[Proof, ...]] = {}  # by every name that people give them
    marked: Mapping[str, tuple[Proof, ...]] = {}  # by the requirement that they name
    oracles: Mapping[str, Status] = {}
    operations: Mapping[str, Status] = {}  # by label
    labels: Mapping[str, tuple[str, ...]] = {}  # of each operation name and tag
    blind: Mapping[Kind, str] = {}


def known(
    reports: Sequence[ToolReport],
    document: Mapping[str, Any],
    listed: Sequence[Item],
    blind: Mapping[Kind, str],
) -> Known:
    """Sort what the reports of a run tell of the listed requirements and criteria."""
    tests = _merged(_of(reports, ProofKind.TEST))
    wanted = frozenset(name for item in listed for name in item.tests)
    cells = [cell for report in reports for cell in report.operations]
    return Known(
        tests=_by_name(tests, wanted),
        marked=_by_requirement(tests, [item.id for item in listed]),
        oracles={one.name: one.state for one in _of(reports, ProofKind.ORACLE)},
        operations=_operations(document, cells),
        labels=_labels(document),
        blind=blind,
    )


def links(item: Item, there: Known) -> tuple[Link, ...]:
    """What a requirement or criterion rests on: what it names, and the tests that name it."""
    named = [_test(name, there) for name in item.tests]
    named += [_operation(name, there) for name in item.operations]
    named += [_oracle(name, there) for name in item.oracles]
    seen = {one.name for name in item.tests for one in there.tests.get(name, ())}
    marked = [one for one in there.marked.get(item.id, ()) if one.name not in seen]
    return (*named, *(_marked(one) for one in marked))


def strange_markers(there: Known, ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Requirements that tests name and nobody has listed: (id, first test that does)."""
    listed = frozenset(ids)
    strange = sorted(id for id in there.marked if id not in listed)
    return tuple((id, there.marked[id][0].name) for id in strange)


def _of(reports: Iterable[ToolReport], kind: ProofKind) -> Iterable[Proof]:
    return (one for report in reports for one in report.proofs if one.kind is kind)


def _merged(tests: Iterable[Proof]) -> tuple[Proof, ...]:
    """One proof for each test: what fails in one gate of several fails."""
    found: dict[str, Proof] = {}
    for one in tests:
        other = found.get(one.name, one)
        borne = dict.fromkeys((*other.requirements, *one.requirements))
        state = _worst((other.state, one.state))
        found[one.name] = msgspec.structs.replace(one, state=state, requirements=tuple(borne))
    return tuple(found.values())


def _by_name(tests: Iterable[Proof], wanted: frozenset[str]) -> dict[str, tuple[Proof, ...]]:
    """The tests that each wanted name means."""
    found: dict[str, list[Proof]] = {}
    for one in tests if wanted else ():
        *_, owner, title = ("", *one.name.split("::"))
        for name in aliases(one.name, owner, title) & wanted:
            found.setdefault(name, []).append(one)
    return {name: tuple(same) for name, same in found.items()}


def _by_requirement(tests: Iterable[Proof], ids: Iterable[str]) -> dict[str, tuple[Proof, ...]]:
    """Tests by the ids that they bear: as a property, or in a title where there are no markers."""
    listed = sorted(ids, key=len, reverse=True)
    words = "|".join(map(re.escape, listed))
    in_title = re.compile(rf"(?<![\w.-])(?:{words})(?![\w-]|\.\w)") if listed else None
    found: dict[str, list[Proof]] = {}
    for one in tests:
        borne = list(one.requirements)
        if in_title and not borne and PYTEST not in one.name:
            borne = in_title.findall(one.name)
        for id in dict.fromkeys(borne):
            found.setdefault(id, []).append(one)
    return {id: tuple(same) for id, same in found.items()}


def _operations(
    document: Mapping[str, Any], cells: Sequence[OperationEvidence]
) -> dict[str, Status]:
    there = [
        OperationEvidence(operation=op.label, aspect=Aspect.DOCUMENTED, state=Status.PASS, count=1)
        for op in documented(document)
    ]
    rows = matrix.rows([*there, *cells])
    return {row.operation: _verified(row.cells) for row in rows}


def _verified(cells: Mapping[Aspect, Any]) -> Status:
    """PASS where it was called and did what is written of it, FAIL where something else showed."""
    states = {aspect: cell.state for aspect, cell in cells.items()}
    if Status.FAIL in (states.get(aspect) for aspect in REFUTING):
        return Status.FAIL
    proved = Status.PASS in (states.get(aspect) for aspect in PROVING)
    return Status.PASS if proved else Status.NO_DATA


def _labels(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    tagged: dict[str, list[str]] = {}
    for one in documented(document):
        tags = one.said.get("tags")
        for tag in tags if isinstance(tags, list) else ():
            tagged.setdefault(str(tag), []).append(one.label)
    own = {name: (label,) for name, label in names(document).items()}
    return {**{tag: tuple(labels) for tag, labels in tagged.items()}, **own}


def _test(name: str, there: Known) -> Link:
    found = there.tests.get(name, ())
    if not found:
        return _absent(Kind.TEST, name, "no test of this run has this name", there)
    state = _worst(one.state for one in found)
    failed = next((one.name for one in found if one.state is Status.FAIL), "")
    why = {Status.FAIL: f"{failed} fails", Status.NO_DATA: "was skipped"}.get(state, "")
    return Link(kind=Kind.TEST, name=name, state=state, why=why)


def _marked(one: Proof) -> Link:
    why = {Status.FAIL: "fails", Status.NO_DATA: "was skipped"}.get(one.state, "")
    return Link(kind=Kind.TEST, name=one.name, state=one.state, why=why, marked=True)


def _oracle(name: str, there: Known) -> Link:
    state = there.oracles.get(name)
    if state is None:
        return _absent(Kind.ORACLE, name, "no oracle of this run has this id", there)
    why = {Status.FAIL: "does not hold", Status.NO_DATA: "was not judged"}.get(state, "")
    return Link(kind=Kind.ORACLE, name=name, state=state, why=why)


def _operation(name: str, there: Known) -> Link:
    labels = there.labels.get(name, ())
    if not labels:
        why = "the document has neither such an operation nor such a tag"
        return Link(kind=Kind.OPERATION, name=name, why=why, broken=True)
    states = {label: there.operations.get(label, Status.NO_DATA) for label in labels}
    bad = sorted(label for label, state in states.items() if state is Status.FAIL)
    open_ones = sorted(label for label, state in states.items() if state is Status.NO_DATA)
    if bad:
        why = f"{bad[0]} does not do what is written of it"
        return Link(kind=Kind.OPERATION, name=name, state=Status.FAIL, why=why)
    if open_ones:
        why = f"no gate of this run has verified {open_ones[0]}"
        return Link(kind=Kind.OPERATION, name=name, why=why)
    return Link(kind=Kind.OPERATION, name=name, state=Status.PASS)


def _absent(kind: Kind, name: str, why: str, there: Known) -> Link:
    """A name that nothing bears; where not everything was looked at, that proves nothing."""
    if kind in there.blind:
        return Link(kind=kind, name=name, why="was not looked at in this run")
    return Link(kind=kind, name=name, why=why, broken=True)


def _worst(states: Iterable[Status]) -> Status:
    """FAIL where one fails, PASS where one passes and none fails."""
    seen = frozenset(states)
    for state in (Status.FAIL, Status.PASS):
        if state in seen:
            return state
    return Status.NO_DATA
