"""What a policy or profile says that cannot be: nothing demanded, or nonsense."""

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from gates.core import derived
from gates.core.conditions import Condition, parse
from gates.core.model import Weight
from gates.core.plan import PARTS
from gates.core.policy import Criterion, GatePolicy, OwnTool, Policy, Profile
from gates.shell.people_checks import people_troubles
from gates.shell.problems import KeyPath, Trouble, did_you_mean

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_RESOURCES = ("cpu", "service", "exclusive")
_STATES = ("shared", "fresh")
_CONFIGURATIONS = ("ours", "target", "stricter")
_TOOL = re.compile(r"[a-z][a-z0-9_]*")
FORMATS = (
    *("betterleaks", "cobertura", "detect-secrets", "findings", "gitleaks", "junit", "lcov"),
    "sarif",
)
_PERCENT = re.compile(r".*[._]percent")


def policy_troubles(policy: Policy, tools: Collection[str]) -> list[Trouble]:
    """Everything wrong with a policy. `tools` are the known ones; () if nobody knows."""
    found = [*_empty(policy), *_scores(policy), *_release(policy), *_twice(policy)]
    known = {*tools, *policy.tools} if tools else set()
    for id, gate in policy.gates.items():
        found += _gate(("gates", id), id, gate, known)
    for name, own in policy.tools.items():
        found += _own_tool(("tools", name), name, own, tools)
    return [*found, *people_troubles(policy)]


def profile_troubles(profile: Profile, gates: Collection[str]) -> list[Trouble]:
    """Everything wrong with a profile. `gates` are the policy's; () if nobody knows."""
    found = list(_level(("decisive_level",), profile.decisive_level))
    if gates:
        found += [_unknown(("gates", id), id, gates) for id in profile.gates if id not in gates]
    return found


def _empty(policy: Policy) -> Iterator[Trouble]:
    criteria = [c for gate in policy.gates.values() for c in gate.criteria.values()]
    if not policy.gates:
        yield Trouble(path=("gates",), message="empty policy: it has no gate")
    elif not any(criterion.weight is Weight.BLOCK for criterion in criteria):
        message = "empty policy: no criterion blocks, so that everything would pass"
        yield Trouble(path=("gates",), message=message, allowed='one weight = "block" or more')


def _scores(policy: Policy) -> Iterator[Trouble]:
    for key in ("pass_score", "warn_score"):
        score = getattr(policy, key)
        if not 0 <= score <= 100:
            yield Trouble(path=(key,), message=f"found {score:g}", allowed="0 to 100")
    if policy.warn_score > policy.pass_score:
        message = f"found {policy.warn_score:g}"
        yield Trouble(
            path=("warn_score",),
            message=message,
            allowed=f"up to pass_score, {policy.pass_score:g}",
        )


def _twice(policy: Policy) -> Iterator[Trouble]:
    owner: dict[str, str] = {}
    for id, gate in policy.gates.items():
        for name in gate.criteria:
            if owner.setdefault(name, id) != id:
                message = f"the gate {owner[name]} has a criterion of that name already"
                yield Trouble(path=("gates", id, "criteria", name), message=message)


def _gate(path: KeyPath, id: str, gate: GatePolicy, tools: Collection[str]) -> Iterator[Trouble]:
    if not _ID.fullmatch(id):
        allowed = "small letters, digits and hyphens"
        yield Trouble(path=path, message="is no gate id", allowed=allowed)
    yield from _level((*path, "level"), gate.level)
    yield from _amounts(path, gate)
    yield from _configuration(path, gate)
    yield from _words(path, gate)
    if tools:
        unknown = [tool for tool in gate.tools if tool not in tools]
        yield from (_unknown((*path, "tools"), tool, tools) for tool in unknown)
    if gate.derived:
        yield from _derived(path, gate)
    elif not gate.tools:
        yield Trouble(path=(*path, "tools"), message="is empty", allowed="one or more")
    if not gate.criteria:
        yield Trouble(path=(*path, "criteria"), message="is empty", allowed="one or more")
    for name, criterion in gate.criteria.items():
        yield from _criterion((*path, "criteria", name), criterion)


def _derived(path: KeyPath, gate: GatePolicy) -> Iterator[Trouble]:
    """A derived gate has only the results of others: whatever asks for more would do nothing."""
    if gate.derived not in derived.DERIVATIONS:
        yield _unknown((*path, "derived"), gate.derived, derived.DERIVATIONS)
    elif problem := derived.misfit(gate):
        yield Trouble(path=(*path, "options"), message=problem)
    plain = GatePolicy(level=gate.level, title=gate.title, tools=(), criteria=gate.criteria)
    for key in ("tools", "needs", "where_present", "after", "resource", "state", "reuse"):
        if getattr(gate, key) != getattr(plain, key):
            message = "does nothing where a gate is derived from the results of others"
            yield Trouble(path=(*path, key), message=message, allowed="leave it out")
    metrics = derived.metrics(gate.derived)
    for name, criterion in gate.criteria.items():
        if metrics and criterion.metric not in metrics:
            yield _unknown((*path, "criteria", name, "metric"), criterion.metric, metrics)


def _configuration(path: KeyPath, gate: GatePolicy) -> Iterator[Trouble]:
    said = gate.options.get("configuration", _CONFIGURATIONS[0])
    if said not in _CONFIGURATIONS:
        yield _unknown((*path, "options", "configuration"), str(said), _CONFIGURATIONS)


def _own_tool(path: KeyPath, name: str, own: OwnTool, tools: Collection[str]) -> Iterator[Trouble]:
    if not _TOOL.fullmatch(name):
        yield Trouble(path=path, message="is no tool name", allowed="small letters, digits and _")
    if name in tools:
        yield Trouble(path=path, message="there is a tool of that name already; choose another")
    if own.format not in FORMATS:
        yield _unknown((*path, "format"), own.format, FORMATS)
    if not own.files:
        message = "is empty: no report would be read"
        yield Trouble(path=(*path, "files"), message=message, allowed="one or more")


def _amounts(path: KeyPath, gate: GatePolicy) -> Iterator[Trouble]:
    for key, number in (("deadline_s", gate.deadline_s), ("expected_s", gate.expected_s)):
        if not number > 0:
            yield Trouble(path=(*path, key), message=f"found {number:g}", allowed="more than 0")
    if gate.floor < 0:
        yield Trouble(path=(*path, "floor"), message=f"found {gate.floor}", allowed="0 or more")


def _words(path: KeyPath, gate: GatePolicy) -> Iterator[Trouble]:
    if gate.resource not in _RESOURCES:
        yield _unknown((*path, "resource"), gate.resource, _RESOURCES)
    if gate.state not in _STATES:
        yield _unknown((*path, "state"), gate.state, _STATES)
    for key in ("needs", "where_present"):
        named = getattr(gate, key)
        yield from (_unknown((*path, key), part, PARTS) for part in named if part not in PARTS)


def _level(path: KeyPath, level: int) -> Iterator[Trouble]:
    if level not in (1, 2, 3):
        yield Trouble(path=path, message=f"found {level}", allowed="1, 2 or 3")


def _unknown(path: KeyPath, word: str, known: Collection[str]) -> Trouble:
    return Trouble(
        path=path,
        message=f"unknown: {word[:80]!a}",
        allowed=", ".join(sorted(known)),
        hint=did_you_mean(word, known),
    )


def _criterion(path: KeyPath, criterion: Criterion) -> Iterator[Trouble]:
    if not criterion.passes or not all(criterion.passes):
        message = "has no condition, or a group without one: it would pass or fail unseen"
        yield Trouble(path=(*path, "pass"), message=message, allowed='as [[">= 90"]]')
    if not all(criterion.warns):
        yield Trouble(path=(*path, "warn"), message="has a group without a condition")
    for key, groups in (("pass", criterion.passes), ("warn", criterion.warns)):
        for number, group in enumerate(groups):
            for index, text in enumerate(group):
                yield from _condition((*path, key, number, index), text, criterion.metric)
    if criterion.floor:
        yield from _floor((*path, "floor"), criterion)


def _floor(path: KeyPath, criterion: Criterion) -> Iterator[Trouble]:
    found = list(_condition(path, criterion.floor, criterion.metric))
    yield from found
    if not found and parse(criterion.floor).is_relative:
        message = f"found {criterion.floor}: relative, where the base is 0"
        yield Trouble(path=path, message=message, allowed="a condition without a sign")


def _condition(path: KeyPath, text: str, metric: str) -> Iterator[Trouble]:
    try:
        condition = parse(text)
    except ValueError as error:
        yield Trouble(path=path, message=f"found {text[:80]!a}", allowed=str(error))
        return
    if _PERCENT.fullmatch(metric) and not _possible_share(condition):
        yield Trouble(path=path, message=f"found {text}: {metric} is a share", allowed="0 to 100")


def _possible_share(condition: Condition) -> bool:
    return condition.is_relative or 0 <= condition.number <= 100


def _release(policy: Policy) -> Iterator[Trouble]:
    criteria = {name: c for gate in policy.gates.values() for name, c in gate.criteria.items()}
    for name, overlay in policy.release.items():
        path: KeyPath = ("release", name)
        if name not in criteria:
            yield _unknown(path, name, criteria)
        else:
            yield from _overlay(path, overlay, criteria[name])


def _overlay(path: KeyPath, overlay: dict[str, Any], criterion: Criterion) -> Iterator[Trouble]:
    known = Criterion.__struct_encode_fields__
    unknown = [key for key in overlay if key not in known]
    yield from (_unknown((*path, key), key, known) for key in unknown)
    if unknown:
        return
    try:
        merged = msgspec.convert(msgspec.to_builtins(criterion) | overlay, Criterion)
    except msgspec.ValidationError as error:
        yield Trouble(path=path, message=str(error))
        return
    for trouble in _criterion(path, merged):
        if trouble.path[2:3] and trouble.path[2] in overlay:
            yield trouble
