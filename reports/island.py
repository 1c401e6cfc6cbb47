"""The findings for which the page has no room as elements: its script reads them as data.

The page is complete in the sense that matters without them: every gate, criterion, rule and total
and the worst findings of every rule stand in it as text.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core.model import Finding
from reports.groups import Group, is_name
from reports.standing import state_among
from reports.visible import LONGEST, block, line

_SMALL = 1_300_000  # bytes: beside the first 2,000 findings the page stays under 3 MB
_EACH = 125  # bytes of one finding, where there are more than fit in _SMALL: 15 MB for 100,000
_SHORTEST = 20  # characters: below that a text says nothing
_LONGEST_PATH = 300
_OTHERWISE = 45  # bytes of a row beside its texts
_ESCAPED = b"<>&'"  # each is written with six letters

Row = list[object]  # path, line, message, fingerprint, and a mapping with what else there is


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The further findings of one rule: where their group stands, of which gate, and their rows.

    `waives`: a waiver could take them out of the count.
    """

    anchor: str
    gate: str
    waives: bool
    rows: tuple[Row, ...]


class Island(msgspec.Struct, frozen=True, kw_only=True):
    """All further findings; a row names its path by its place in `paths`."""

    paths: tuple[str, ...]
    rules: tuple[Rule, ...]
    count: int

    def data(self) -> Mapping[str, object]:
        """What the page carries, as plain values."""
        rules = [(each.anchor, each.gate, each.waives, each.rows) for each in self.rules]
        return {"paths": self.paths, "rules": rules}


Found = tuple[str, str, Group]  # anchor of the gate, kind of the section, group


def island_of(groups: Sequence[Found]) -> Island | None:
    """Return the findings that no group shows, their texts cut so that the page stays small."""
    rest = [found for found in groups if found[2].rest]
    count = sum(len(group.rest) for _, _, group in rest)
    if not count:
        return None
    most = max(_SMALL, _EACH * count)
    limit = _fitting([group for _, _, group in rest], most - _OTHERWISE * count)
    island = _island(rest, count, limit)
    while _size(island) > most and limit > _SHORTEST:  # letters of more than one byte
        limit = max(_SHORTEST, limit // 2)
        island = _island(rest, count, limit)
    return island


def _fitting(groups: Iterable[Group], room: int) -> int:
    """How long one text may be, so that all of them together fit, if a letter is a byte."""
    sizes = Counter(size for group in groups for each in group.rest for size in _sizes(each, group))
    steps = (LONGEST * 3**step // 4**step for step in range(18))
    fits = (
        each
        for each in steps
        if sum(min(size, each) * count for size, count in sizes.items()) <= room
    )
    return max(_SHORTEST, next(fits, 0))


def _sizes(finding: Finding, group: Group) -> Iterator[int]:
    yield len(finding.message)
    if finding.fix and not group.fix:
        yield len(finding.fix)
    if finding.reproduce and not group.reproduce:
        yield len(finding.reproduce)


def _island(rest: Iterable[Found], count: int, limit: int) -> Island:
    paths: dict[str, int] = {}
    rules = tuple(
        Rule(
            anchor=group.anchor,
            gate=gate,
            waives=kind == "counted",
            rows=tuple(_row(each, group, paths, limit, kind == "counted") for each in group.rest),
        )
        for gate, kind, group in rest
    )
    long = min(limit, _LONGEST_PATH)
    return Island(paths=tuple(line(path, long) for path in paths), rules=rules, count=count)


def _row(finding: Finding, group: Group, paths: dict[str, int], limit: int, waives: bool) -> Row:
    row: Row = [
        paths.setdefault(finding.path, len(paths)),
        finding.line,
        _short(finding.message, limit),
        line(finding.fingerprint, 64),
    ]
    more = {
        "state": state_among(finding, group.state),
        "label": finding.label and line(finding.label, min(limit, 160)),
        "waiver": "" if group.waiver or not finding.waiver else line(finding.waiver, 100),
        "fix": "" if group.fix or not finding.fix else _short(finding.fix, limit),
        "run": "" if group.reproduce or not finding.reproduce else _short(finding.reproduce, limit),
        "stays": waives and not (finding.metric and is_name(finding.fingerprint)),
    }
    if any(more.values()):
        row.append({name: told for name, told in more.items() if told})
    return row


def _short(text: str, limit: int) -> str:
    """Many texts are cut, so the mark is short: all of them are whole in scorecard.json."""
    return block(text, limit) if len(text) <= limit else f"{block(text[:limit], limit)} …"


def _size(island: Island) -> int:
    encoded = msgspec.json.encode(island.data())
    return len(encoded) + 5 * sum(encoded.count(letter) for letter in _ESCAPED)
