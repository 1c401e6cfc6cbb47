"""The categories of threats as a table: what looked at each, what it found, what nothing covers."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from gates.core.model import CategoryResult, MappedCriterion, Status

_WORST = (Status.FAIL, Status.WARN, Status.PASS)
_WORDS = {
    Status.PASS: "holds",
    Status.WARN: "warning",
    Status.FAIL: "fails",
    Status.NO_DATA: "did not run",
}


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion of a row: `word` says its state, `sees` what of the row it looks at."""

    id: str
    status: str
    word: str
    sees: str = ""
    anchor: str = ""


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One category. `status` is the worst of what ran, `word` what it means for the category."""

    id: str
    title: str
    status: str
    word: str
    findings: int
    proofs: tuple[ProofView, ...]


class ListView(msgspec.Struct, frozen=True, kw_only=True):
    """One list of categories, those that nothing covers first."""

    title: str
    covered: int
    rows: tuple[CategoryView, ...]


def lists_of(
    categories: Sequence[CategoryResult], anchors: Mapping[str, str]
) -> tuple[ListView, ...]:
    """Return the lists with their categories; `anchors` lead to the gates on the page."""
    return tuple(
        ListView(
            title=title,
            covered=sum(one.covered for one in categories if one.list == title),
            rows=tuple(_rows(categories, title, anchors)),
        )
        for title in dict.fromkeys(one.list for one in categories)
    )


def _rows(
    categories: Sequence[CategoryResult], title: str, anchors: Mapping[str, str]
) -> Iterator[CategoryView]:
    chosen = [one for one in categories if one.list == title]
    for one in sorted(chosen, key=lambda each: each.covered):  # stable: the list's order stays
        status = worst(one)
        yield CategoryView(
            id=one.id,
            title=one.title,
            status=status.value,
            word=_WORDS[status] if one.covered else "uncovered",
            findings=one.findings,
            proofs=tuple(proof(each, anchors) for each in one.criteria),
        )


def worst(category: CategoryResult) -> Status:
    """Return the worst state of the criteria that ran; NO_DATA where none did."""
    ran = {one.status for one in category.criteria}
    return next((status for status in _WORST if status in ran), Status.NO_DATA)


def proof(one: MappedCriterion, anchors: Mapping[str, str]) -> ProofView:
    """Return one criterion as it is shown."""
    status, word = one.status.value, _WORDS[one.status]
    if one.status is Status.NO_DATA and one.skipped:
        status, word = "SKIPPED", "skipped"
    if one.status is Status.NO_DATA and one.pending:
        status, word = "PENDING", "waits for people"
    return ProofView(
        id=one.id,
        status=status,
        word=word,
        sees=one.sees,
        anchor=anchors.get(one.gate, ""),
    )
