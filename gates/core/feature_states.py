"""How far each requirement of a list is: complete, partial or missing, and what shows it.

A requirement or criterion holds if something shows it and nothing that it names says otherwise: a
named test that was skipped shows nothing. Nobody's test means missing, never fine.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from gates.core.feature_links import Kind, Known, Link, links
from gates.core.features import Item, Priority, Requirement, items
from gates.core.model import Status


class Progress(StrEnum):
    """How far a requirement is; the first is the state of one that nobody looked at."""

    MISSING = "missing"
    PARTIAL = "partial"
    COMPLETE = "complete"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement or acceptance criterion, how far it is, and what it rests on.

    `lacking` are the criteria of a requirement that are not complete, by id.
    """

    item: Item
    requirement: Requirement
    progress: Progress
    links: tuple[Link, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def is_requirement(self) -> bool:
        """Whether it is the requirement itself, not one of its criteria."""
        return self.item is self.requirement


def standings(requirements: Iterable[Requirement], there: Known) -> tuple[Standing, ...]:
    """Every requirement, each followed by its criteria."""
    return tuple(one for each in requirements for one in _standings(each, there))


def undecided(standing: Standing, there: Known) -> bool:
    """Whether what was not looked at could still show it: it is not complete, and nothing fails."""
    failed = any(one.state is Status.FAIL for one in standing.links)
    return standing.progress is not Progress.COMPLETE and not failed and _depends(standing, there)


def percent(found: Sequence[Standing]) -> float | None:
    """Share of requirements and criteria that are complete, in per cent; None of nothing."""
    complete = sum(one.progress is Progress.COMPLETE for one in found)
    return 100.0 * complete / len(found) if found else None


def counted(found: Iterable[Standing], with_should: bool) -> tuple[Standing, ...]:
    """Those that the share is of."""
    return tuple(one for one in found if with_should or one.requirement.priority is Priority.MUST)


def _standings(requirement: Requirement, there: Known) -> tuple[Standing, ...]:
    criteria = tuple(
        Standing(item=one, requirement=requirement, progress=_alone(found), links=found)
        for one in requirement.criteria
        for found in [links(one, there)]
    )
    own = links(requirement, there)
    progress = _together(own, criteria) if criteria else _alone(own)
    whole = Standing(
        item=requirement,
        requirement=requirement,
        progress=progress,
        links=own,
        lacking=tuple(one.item.id for one in criteria if one.progress is not Progress.COMPLETE),
    )
    return (whole, *criteria)


def _alone(found: tuple[Link, ...]) -> Progress:
    shown = any(one.state is Status.PASS for one in found)
    if not shown:
        return Progress.MISSING
    return Progress.COMPLETE if _unopposed(found) else Progress.PARTIAL


def _together(own: tuple[Link, ...], criteria: Sequence[Standing]) -> Progress:
    whole = all(one.progress is Progress.COMPLETE for one in criteria)
    if whole and _unopposed(own):
        return Progress.COMPLETE
    begun = any(one.progress is not Progress.MISSING for one in criteria)
    begun = begun or any(one.state is Status.PASS for one in own)
    return Progress.PARTIAL if begun else Progress.MISSING


def _unopposed(found: tuple[Link, ...]) -> bool:
    """Whether all that is named holds. A marked test that was skipped says nothing."""
    return all(
        one.state is Status.PASS or (one.marked and one.state is Status.NO_DATA) for one in found
    )


def _depends(standing: Standing, there: Known) -> bool:
    """Whether a kind that was not looked at is one that it rests on; markers are found in tests."""
    kinds = {one.kind for one in standing.links} | {Kind.TEST}
    if standing.is_requirement and standing.requirement.criteria:
        of_all = (links(one, there) for one in items(standing.requirement))
        kinds |= {one.kind for found in of_all for one in found}
    return bool(kinds & there.blind.keys())
