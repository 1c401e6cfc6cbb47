"""The findings that the page has room for, rule by rule: the worst of each, with exact totals."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import msgspec

from gates.core.model import Finding, GateResult, Severity
from reports.order import fair_shares, findings_worst_first
from reports.standing import counted_total, how_new, standing, state_among
from reports.visible import LONGEST, block, line

MOST_FINDINGS = 2000
# What is only shown has room of its own: it takes none from what counts.
MOST = {"counted": MOST_FINDINGS, "known": 300, "waived": 300, "fixed": 200}
_TEXT_BUDGET = 900_000  # characters of messages, fixes and commands: keeps the page under 3 MB
_SHORTEST = 160
_ESCAPED = re.compile("""[<>&'"]""")
_LONGER = 4  # letters that each of them takes more
_FOLDED_FROM = 12  # a rule with more findings than this starts closed
_OPEN_IN_ALL = 60  # and so do the rules of a gate after so many findings
_MOST_WITNESSES = 5
_SHORT_NAME = 12  # digits of a fingerprint: enough for `gatescore waive`
_NAME = re.compile("[0-9a-f]{6,}")


class Link(msgspec.Struct, frozen=True):
    """A word that leads to a place of the page; nowhere without an anchor."""

    text: str
    anchor: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `fix`, `reproduce` and `waiver` are empty where the group says them once.

    `waivable`: it counts, and a waiver could take it out of the count.
    """

    anchor: str
    place: str
    origin: str
    message: str
    label: str
    state: str
    witnesses: str
    waiver: Link | None
    name: str
    waivable: bool
    fix: str
    reproduce: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one rule. `total` counts them all, `items` are the ones shown.

    `rest` are those for which there was no room: with scripts they are read from the page's data.
    """

    anchor: str
    severity: Severity
    tool: str
    rule: str
    url: str
    total: int
    state: str  # new, old, "3 new", or empty
    waiver: Link | None
    fix: str
    reproduce: str
    items: tuple[Item, ...]
    rest: tuple[Finding, ...]
    folded: bool


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one gate that stand alike: counted, known, waived or fixed.

    `unshown_rules` counts rules of which no finding fitted on the page.
    """

    kind: str
    total: int
    shown: int
    state: str
    groups: tuple[Group, ...]
    unshown_rules: int


Piles = dict[str, tuple[Finding, ...]]  # kind → findings


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What all the groups of a gate have in common. `limit`: characters of one text."""

    anchor: str
    limit: int
    names: "Names"
    waivers: Mapping[str, str]  # id → anchor


class Names:
    """Gives anchors that no two elements share: the second of a name gets a number."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Return `name`, or `name--2` where it is taken."""
        count = self._seen[name] = self._seen.get(name, 0) + 1
        return name if count == 1 else f"{name}--{count}"


def slug(text: str) -> str:
    """Return what of `text` can be part of an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:80].strip("-") or "x"


def piled(gates: Iterable[GateResult]) -> list[Piles]:
    """All findings of each gate by how they stand, the worst first."""
    return [
        {
            kind: tuple(findings_worst_first(findings))
            for kind, findings in msgspec.structs.asdict(standing(gate)).items()
        }
        for gate in gates
    ]


def picked(every: Sequence[Piles]) -> list[Piles]:
    """Of each pile what the page has room for."""
    shares = {
        kind: fair_shares([len(piles[kind]) for piles in every], most)
        for kind, most in MOST.items()
    }
    return [
        {kind: tuple(_choose(piles[kind], shares[kind][index])) for kind in MOST}
        for index, piles in enumerate(every)
    ]


def text_limit(findings: Iterable[Finding]) -> int:
    """Return how long one text may be, so that all of them together stay small as written."""
    texts = [
        text[:LONGEST]
        for each in findings
        for text in (each.message, each.fix, each.reproduce, each.path)
    ]
    plain = sum(map(len, texts))
    weight = plain + sum(_LONGER * len(_ESCAPED.findall(text)) for text in texts)
    if weight <= _TEXT_BUDGET:
        return LONGEST
    return max(_SHORTEST, _TEXT_BUDGET // len(texts)) * plain // weight


def sections(gate: GateResult, every: Piles, chosen: Piles, frame: Frame) -> dict[str, Section]:
    """The sections of one gate by kind; the empty ones too."""
    totals = {kind: len(findings) for kind, findings in every.items()}
    totals["counted"] = counted_total(gate)
    return {kind: _section(kind, totals[kind], every[kind], chosen[kind], frame) for kind in MOST}


def _section(
    kind: str, total: int, every: Sequence[Finding], chosen: Sequence[Finding], frame: Frame
) -> Section:
    rules = _by_rule(every)
    by_rule = _by_rule(chosen)
    before = accumulate((len(findings) for findings in by_rule.values()), initial=0)
    groups = [
        _group(kind, rules[key], findings, frame, folded=len(findings) + seen > _OPEN_IN_ALL)
        for (key, findings), seen in zip(by_rule.items(), before, strict=False)
    ]
    return Section(
        kind=kind,
        total=total,
        shown=len(chosen),
        state=how_new(every),
        groups=tuple(groups),
        unshown_rules=len(rules) - len(groups),
    )


def _choose(ordered: Sequence[Finding], share: int) -> Sequence[Finding]:
    """The worst findings, but some of every rule."""
    if len(ordered) <= share:
        return ordered
    groups = list(_by_rule(ordered).values())
    shares = fair_shares([len(group) for group in groups], share)
    return [each for group, most in zip(groups, shares, strict=True) for each in group[:most]]


def _by_rule(findings: Iterable[Finding]) -> dict[tuple[Severity, str, str], list[Finding]]:
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.severity, each.tool, each.rule), []).append(each)
    return groups


def _group(
    kind: str, every: Sequence[Finding], shown: Sequence[Finding], frame: Frame, *, folded: bool
) -> Group:
    first = shown[0]
    fix = _common([each.fix for each in every])
    reproduce = _common([each.reproduce for each in every])
    waiver = _common([each.waiver for each in every])
    state = how_new(every) if kind == "counted" else ""
    return Group(
        anchor=frame.names.unique(f"{frame.anchor}-{kind}-{slug(f'{first.tool} {first.rule}')}"),
        severity=first.severity,
        tool=first.tool,
        rule=first.rule,
        url=_common([each.url for each in every]),
        total=len(every),
        state=state,
        waiver=_link(waiver, frame),
        fix=fix,
        reproduce=block(reproduce, frame.limit),
        items=tuple(
            _item(
                each,
                frame,
                waivable=kind == "counted" and bool(each.metric),
                state=state_among(each, state),
                waiver="" if waiver else each.waiver,
                fix="" if fix else each.fix,
                reproduce="" if reproduce else each.reproduce,
            )
            for each in shown
        ),
        rest=tuple(every[len(shown) :]),
        folded=folded or len(shown) > _FOLDED_FROM,
    )


def _item(
    finding: Finding,
    frame: Frame,
    *,
    waivable: bool,
    state: str,
    waiver: str,
    fix: str,
    reproduce: str,
) -> Item:
    limit = frame.limit
    return Item(
        anchor=frame.names.unique(f"{frame.anchor}-{slug(finding.fingerprint or finding.rule)}"),
        place=place(finding.path, finding.line),
        origin=line(finding.origin, min(limit, 300)),
        message=block(finding.message, limit),
        label=line(finding.label, min(limit, 160)),
        state=state,
        witnesses=_witnesses(finding.witnesses),
        waiver=_link(waiver, frame),
        name=line(finding.fingerprint[:_SHORT_NAME]),
        waivable=waivable and is_name(finding.fingerprint),
        fix=block(fix, limit),
        reproduce=block(reproduce, limit),
    )


def _link(waiver: str, frame: Frame) -> Link | None:
    return Link(line(waiver, 100), frame.waivers.get(waiver, "")) if waiver else None


def _witnesses(names: Sequence[str]) -> str:
    shown = ", ".join(line(each, 80) for each in names[:_MOST_WITNESSES])
    more = len(names) - _MOST_WITNESSES
    return f"{shown} and {more} more" if more > 0 else shown


def _common(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def place(path: str, number: int) -> str:
    """Return `path:line`, as far as it is known."""
    shown = line(path, 300)
    return f"{shown}:{number}" if shown and number else shown


def is_name(fingerprint: str) -> bool:
    """Whether `gatescore waive` takes it."""
    return bool(_NAME.fullmatch(fingerprint))
