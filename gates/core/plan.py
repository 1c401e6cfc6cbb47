"""What will run: the policy's gates, narrowed by level and choice, against what the target has."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

import msgspec

from gates.core.excuses import Excuses
from gates.core.maps import Maps
from gates.core.past import Past, untellable
from gates.core.policy import Criterion, GatePolicy, OwnTool, Policy, Profile
from gates.core.target import Target

PARTS = (
    "code",
    "tests",
    "service",
    "openapi",
    "load",
    "database",
    "cache",
    "dependencies",
    "auth",
    "identities",
    "integration",
    "oracles",
    "consumers",
    "passwords",
    "requirements",
    "risks",
    "claims",
    "container",
    "staging",
    "pipeline",
)


class PlanError(Exception):
    """The target, policy and options do not fit together; one text for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Offer(msgspec.Struct, frozen=True):
    """What a tool offers: the language it judges, "" for any, and its metrics."""

    language: str
    metrics: frozenset[str]


class PlannedGate(msgspec.Struct, frozen=True, kw_only=True):
    """One gate of the plan; `skipped` is the target's reason, empty when the gate will run.

    `tools` are those of the policy that the target has source for, `own` the ones among them that
    the policy brings.
    """

    id: str
    policy: GatePolicy
    tools: tuple[str, ...] = ()
    own: dict[str, OwnTool] = {}
    settings: dict[str, object] = {}
    skipped: str = ""
    absent: dict[str, str] = {}  # criteria of this gate that the target has not got, with reasons


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All gates in the policy's order, and which level decides."""

    gates: tuple[PlannedGate, ...]
    decisive_level: int
    partial: bool
    pass_score: float
    warn_score: float
    release: bool = False
    languages: tuple[str, ...] = ()  # of the target's source: python, node
    excuses: Excuses = Excuses()
    notices: tuple[str, ...] = ()  # what changed of the rules themselves since the base
    base: dict[str, float] = {}  # values by criterion of the earlier run to compare with
    maps: Maps = Maps()  # from criteria to categories and checklists
    contacts: dict[str, str] = {}  # who hears of what fails, by level of escalation
    past: Past = Past()  # what was taken from the history
    unmerged: tuple[str, ...] = ()  # why its shards are not one whole run


def plan(
    target: Target,
    policy: Policy,
    profile: Profile,
    *,
    level: int | None = None,
    gates: tuple[str, ...] = (),
    offers: Mapping[str, Offer] | None = None,
    past: Past | None = None,
) -> Plan:
    """Choose the gates. Raises PlanError: unknown gates, parts absent without a reason.

    `offers` are the known tools by name; without them every tool of a gate is planned. `past` is
    what the history says of earlier runs.
    """
    past = past or Past()
    policy = for_release(policy) if profile.release else policy
    highest = level or max(gate.level for gate in policy.gates.values())
    chosen = {
        id: gate
        for id, gate in policy.gates.items()
        if (id in gates if gates else gate.level <= highest)
    }
    problems = [*unknown(gates, policy), *contradictions(target, policy, chosen)]
    if problems:
        raise PlanError(problems)
    spoken = languages(target)
    found = (planned(id, gate, target, policy, profile, past) for id, gate in chosen.items())
    return Plan(
        gates=tuple(equipped(gate, policy, spoken, offers or {}) for gate in found),
        languages=spoken,
        decisive_level=level or profile.decisive_level,
        partial=bool(gates),
        pass_score=policy.pass_score,
        warn_score=policy.warn_score,
        release=profile.release,
        contacts=target.contacts.by_level(),
        past=past,
    )


def planned(
    id: str, gate: GatePolicy, target: Target, policy: Policy, profile: Profile, past: Past
) -> PlannedGate:
    """One gate with its settings and, where the target says so, the reason to skip it."""
    settings = {"roles": list(policy.roles), **gate.options, **profile.gates.get(id, {})}
    return PlannedGate(
        id=id,
        policy=gate,
        settings=settings,
        skipped=skip_reason(id, gate, target),
        absent={**untold(gate, past), **dict(absent_criteria(gate, target))},
    )


def languages(target: Target) -> tuple[str, ...]:
    """Languages of the target's source."""
    python = target.code is not None and bool(target.code.paths)
    node = target.node is not None and bool(target.node.paths)
    return (*(["python"] if python else []), *(["node"] if node else []))


def equipped(
    gate: PlannedGate, policy: Policy, spoken: tuple[str, ...], offers: Mapping[str, Offer]
) -> PlannedGate:
    """The gate with the tools that fit the target; what only others measure is not judged."""
    if gate.policy.derived:
        return gate
    able = tuple(name for name in gate.policy.tools if fits(offers.get(name), spoken))
    fitting = tuple(name for name in able if is_asked(offers.get(name), gate))
    lost = metrics_of(gate.policy.tools, offers) - metrics_of(able, offers)
    why = f"no tool measures it for {' and '.join(spoken) or 'a target without source'}"
    unjudged = {id: why for id, one in gate.policy.criteria.items() if one.metric in lost}
    return msgspec.structs.replace(
        gate,
        skipped=gate.skipped or ("" if able else why),
        tools=fitting,
        own={name: policy.tools[name] for name in fitting if name in policy.tools},
        absent={**unjudged, **gate.absent},
    )


def fits(offer: Offer | None, spoken: tuple[str, ...]) -> bool:
    """Whether the target has source for a tool; a tool that nobody knows fails when it runs."""
    return offer is None or not offer.language or not spoken or offer.language in spoken


def is_asked(offer: Offer | None, gate: PlannedGate) -> bool:
    """Whether something that the tool measures is judged; all of it may be skipped by name."""
    if offer is None:
        return True
    criteria = gate.policy.criteria.items()
    judged = {one.metric for _, one in criteria if one.metric in offer.metrics}
    open_ones = {one.metric for id, one in criteria if id not in gate.absent}
    return not judged or bool(judged & open_ones)


def metrics_of(tools: Iterable[str], offers: Mapping[str, Offer]) -> frozenset[str]:
    """Every metric of some tools."""
    return frozenset().union(*(offers[name].metrics for name in tools if name in offers))


def untold(gate: GatePolicy, past: Past) -> dict[str, str]:
    """Criteria over earlier runs of which too few are known, each with the reason."""
    may = {id: one.metric for id, one in gate.criteria.items() if one.skippable}
    return {id: why for id, metric in may.items() if (why := untellable(metric, past))}


def absent_criteria(gate: GatePolicy, target: Target) -> Iterator[tuple[str, str]]:
    """Criteria of a gate that the target has nothing for, each with the target's reason."""
    for id, criterion in gate.criteria.items():
        for name in (id, *criterion.needs):
            if name in target.absent:
                yield id, target.absent[name] if name == id else f"{name}: {target.absent[name]}"
                break


def skip_reason(id: str, gate: GatePolicy, target: Target) -> str:
    """The target's reason why it has nothing for this gate, or an empty string."""
    for name in (id, *gate.needs, *gate.where_present):
        if name in target.absent:
            return f"{name}: {target.absent[name]}"
    missing = sorted(set(gate.where_present) - present(target))
    return f"the target file has no [{missing[0]}]" if missing else ""


def present(target: Target) -> frozenset[str]:
    """The parts that the target file has."""
    code, node = target.code, target.node
    has = {
        "code": bool(languages(target)),
        "tests": bool(code and code.tests) or bool(node and node.tests),
        "service": target.service is not None,
        "openapi": target.openapi is not None,
        "load": target.load is not None,
        "database": target.database is not None,
        "cache": target.cache is not None,
        "dependencies": target.dependencies is not None,
        "auth": target.auth.login is not None or bool(target.auth.headers),
        "identities": bool(target.identities),
        "integration": target.integration is not None,
        "oracles": target.oracles is not None,
        "consumers": target.consumers is not None,
        "passwords": target.passwords is not None,
        "requirements": target.requirements is not None,
        "risks": target.risks is not None,
        "claims": target.claims is not None,
    }
    has |= {"staging": target.staging is not None, "pipeline": target.pipeline is not None}
    return frozenset(part for part, there in has.items() if there)


def unknown(gates: tuple[str, ...], policy: Policy) -> list[str]:
    """Texts for chosen gates that the policy does not have."""
    known = ", ".join(policy.gates)
    return [
        f"--gate {gate}: the policy {policy.name} has no such gate{near(gate, policy)}; "
        f"it has {known}"
        for gate in gates
        if gate not in policy.gates
    ]


def near(gate: str, policy: Policy) -> str:
    """A question after what may have been meant, where something is close enough."""
    close = get_close_matches(gate.lower(), policy.gates, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def contradictions(target: Target, policy: Policy, chosen: Mapping[str, GatePolicy]) -> list[str]:
    """Texts for needed parts that are missing without a reason, and for skips not allowed."""
    there = present(target)
    texts = [
        f"[absent] {name}: the target file has a [{name}] part as well; remove one of the two"
        for name in target.absent
        if name in there
    ]
    texts += [f"[absent] {name}: {why}" for name, why in forbidden_skips(target, policy)]
    texts += sourceless(target)
    needed = {part for gate in chosen.values() for part in gate.needs}
    texts += [
        f"{part}: {lacking(part, target)}; add it, or say why there is none: "
        f'[absent] {part} = "reason"'
        for part in PARTS
        if part in needed - there
        and part not in target.absent
        and not (part == "tests" and "code" in target.absent)
        and not skipped_by_name(part, target, chosen)
    ]
    return texts


def lacking(part: str, target: Target) -> str:
    """What is not there, in words."""
    if target.code is not None and part in ("code", "tests"):
        return f"[code] names no {'source: it has no paths' if part == 'code' else 'tests'}"
    return "the target file has no such part"


def sourceless(target: Target) -> list[str]:
    """A text for keys that mean source where the target file names none: nothing would use them."""
    code = target.code
    if code is None or code.paths:
        return []
    idle = " and ".join(key for key in ("tests", "build") if getattr(code, key))
    text = f"[code] {idle}: code.paths names no source; name its folders there, or remove {idle}"
    return [text] if idle else []


def skipped_by_name(part: str, target: Target, chosen: Mapping[str, GatePolicy]) -> bool:
    """Whether every chosen gate that needs the part is skipped for another reason."""
    return all(skip_reason(id, gate, target) for id, gate in chosen.items() if part in gate.needs)


def forbidden_skips(target: Target, policy: Policy) -> list[tuple[str, str]]:
    """Names in [absent] that the policy does not let a target skip, each with why."""
    allowed = skippable(policy)
    known = absent_names(policy)
    reasons = []
    for name, reason in target.absent.items():
        if name not in known:
            reasons.append((name, f"unknown; allowed: {', '.join(sorted(allowed))}"))
        elif name not in allowed:
            text = f"the policy {policy.name} does not let a target skip it; allowed: "
            reasons.append((name, text + ", ".join(sorted(allowed))))
        elif not reason.strip():
            reasons.append((name, "the reason is empty; say why the target has none"))
    return reasons


def absent_names(policy: Policy) -> frozenset[str]:
    """Every name that means something under [absent]: parts, gates and criteria."""
    criteria = (id for gate in policy.gates.values() for id in gate.criteria)
    return frozenset((*PARTS, *policy.gates, *criteria))


def skippable(policy: Policy) -> frozenset[str]:
    """Parts, gates and criteria that a target may skip with a reason."""
    gates = {id for id, gate in policy.gates.items() if gate.skippable}
    criteria = {
        id for gate in policy.gates.values() for id, c in gate.criteria.items() if c.skippable
    }
    return frozenset(gates | criteria | set(policy.optional_parts))


def for_release(policy: Policy) -> Policy:
    """The policy with its release overlay applied to the criteria."""
    gates = {
        id: msgspec.structs.replace(
            gate,
            criteria={
                name: overlaid(criterion, policy.release.get(name, {}))
                for name, criterion in gate.criteria.items()
            },
        )
        for id, gate in policy.gates.items()
    }
    return msgspec.structs.replace(policy, gates=gates)


def overlaid(criterion: Criterion, keys: Mapping[str, object]) -> Criterion:
    """The criterion with some keys, spelled as in the policy file, replaced."""
    if not keys:
        return criterion
    return msgspec.convert({**msgspec.to_builtins(criterion), **keys}, Criterion)
