"""The reference of gates, criteria and metrics, from the policies and the catalogue."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from gates import catalog
from gates.core import derived
from gates.core.plan import PlannedGate
from gates.core.policy import Criterion, GatePolicy, Policy
from gates.core.tool import Metric
from gates.core.wording import words
from gates.shell import config
from manual.tables import code, plain, table

DOCS = Path(__file__).parents[1] / "docs"
POLICIES = ("strict", "starter")
GATES_INTRO = """
What the policy `standard` demands, gate by gate. `gatescore explain NAME` says the same of one gate
or criterion, with `--policy` of another policy. Where a bound begins with a sign (`<= +10%`) it is
one relative to the base. **block** criteria are required, **should** criteria count in the score,
**info** ones are only shown.
""".strip()
METRICS_INTRO = """
What a criterion may ask for (`metric = "…"`), by the tool that measures it. A policy may put a
bound of its own on each of them.
""".strip()


def policy(name: str) -> Policy:
    """A bundled policy, checked against the catalogue."""
    return config.read_policy(name, tools=catalog.names()).policy


def gates_page() -> str:
    """Every gate with its criteria, by level, and where the other policies differ."""
    standard = policy("standard")
    parts = ["# Gates and criteria", GATES_INTRO, overview(standard)]
    for level in levels(standard):
        parts.append(f"## Level {level}")
        for id, gate in standard.gates.items():
            if gate.level == level:
                parts.append(gate_section(id, gate, standard))
    for name in POLICIES:
        parts += [f"## Policy {name}", differences(standard, policy(name))]
    return "\n\n".join(parts) + "\n"


def levels(policy: Policy) -> list[int]:
    """The levels that have gates, in their order."""
    return sorted({gate.level for gate in policy.gates.values()})


def overview(policy: Policy) -> str:
    """One row for each gate."""
    rows = (
        (str(gate.level), f"[`{id}`](#{id})", plain(gate.title), str(len(gate.criteria)))
        for level in levels(policy)
        for id, gate in policy.gates.items()
        if gate.level == level
    )
    return table(("level", "gate", "title", "criteria"), rows)


def gate_section(id: str, gate: GatePolicy, policy: Policy) -> str:
    """One gate: who measures, what it needs, and every criterion in full."""
    parts = [f"### {id}", f"{plain(gate.title)}.", about(id, gate)]
    parts += [criterion(name, one, id, policy) for name, one in gate.criteria.items()]
    return "\n\n".join(parts)


def about(id: str, gate: GatePolicy) -> str:
    """Tools, needs and page of a gate, in one line."""
    made = f"derived from other gates: {code(gate.derived)}" if gate.derived else measured(gate)
    parts = [made]
    if gate.needs:
        parts.append(f"needs {', '.join(code(need) for need in gate.needs)} of the target file")
    if gate.skippable:
        parts.append("may be skipped with a reason")
    text = "; ".join(parts) + "."
    page = DOCS / "gates" / f"{id}.md"
    return f"{text} [How it looks](../gates/{page.name})." if page.is_file() else text


def measured(gate: GatePolicy) -> str:
    """The tools of a gate."""
    return f"measured by {', '.join(code(tool) for tool in gate.tools)}"


def criterion(name: str, one: Criterion, id: str, policy: Policy) -> str:
    """One criterion in full: what is measured, its bound, why, and how it is mended."""
    known = measured_in(id, policy).get(one.metric)
    unit = f" ({known.unit})" if known and known.unit else ""
    said = (
        ("measures", code(one.metric) + plain(f": {known.title}{unit}" if known else "")),
        ("holds at", code(words(one.passes))),
        ("warns at", code(words(one.warns)) if one.warns else ""),
        ("weight", plain(one.weight.value)),
        ("judged", "at the 95 % confidence bound" if one.confidence else ""),
        ("why", plain(one.why)),
        ("to mend it", plain(one.fix)),
    )
    shown = table(("what", "how"), (row for row in said if row[1]))
    return f"#### {name}\n\n{plain(one.title)}\n\n{shown}"


def measured_in(id: str, policy: Policy) -> Mapping[str, Metric]:
    """Every metric that the criteria of a gate may ask for."""
    gate = policy.gates[id]
    planned = PlannedGate(id=id, policy=gate, tools=gate.tools, own=policy.tools)
    return catalog.measured_by(planned)


def differences(standard: Policy, other: Policy) -> str:
    """The criteria whose bound or weight another policy changes."""
    rows = [
        (code(name), shown(base), shown(one))
        for id, gate in other.gates.items()
        for name, one in gate.criteria.items()
        if (base := of(standard, id, name)) is None or shown(base) != shown(one)
    ]
    new = [id for id, gate in other.gates.items() if gate.new_findings_only]
    text = f"Passes from a score of {other.pass_score:g} %, warns from {other.warn_score:g} %."
    if new:
        named = ", ".join(code(id) for id in new)
        text += f" With a baseline only new findings count in {named}."
    return text + "\n\n" + table(("criterion", "standard", other.name), rows)


def of(policy: Policy, id: str, name: str) -> Criterion | None:
    """A criterion of a policy, if it is there."""
    return policy.gates[id].criteria.get(name) if id in policy.gates else None


def shown(one: Criterion | None) -> str:
    """Bound, warning band and weight of a criterion in a cell."""
    if one is None:
        return "–"
    warn = f", warns at {words(one.warns)}" if one.warns else ""
    return plain(f"{words(one.passes)}{warn} ({one.weight.value})")


def metrics_page() -> str:
    """Every metric of every tool, and those of the derived gates."""
    parts = ["# Metrics", METRICS_INTRO]
    for name, rows in sorted(measured_things()):
        parts += [f"## {name}", table(("metric", "what it is", "unit"), rows)]
    return "\n\n".join(parts) + "\n"


def measured_things() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Tools and derivations with their metrics: name, title, unit."""
    tools = {name: catalog.load(name).METRICS for name in sorted(catalog.BUILT_IN)}
    gates = policy("standard").gates.values()
    names = sorted({gate.derived for gate in gates if gate.derived})
    for name, known in (tools | {name: derived.metrics(name) for name in names}).items():
        yield name, [(code(m), plain(one.title), plain(one.unit)) for m, one in known.items()]
