"""A list of requirements as values: what was asked for, and what is to show that it is there."""

from enum import StrEnum

import msgspec


class Priority(StrEnum):
    """How much a requirement matters to those who asked for it."""

    MUST = "must"
    SHOULD = "should"


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One acceptance criterion of a requirement, with what shows that it is met."""

    id: str
    """Name of the criterion, which tests may bear: letters, digits, dots, hyphens."""
    text: str
    """What has to be true, in one sentence."""
    tests: tuple[str, ...] = ()
    """Tests, by node id, name, or class and name."""
    operations: tuple[str, ...] = ()
    """Operations, by operationId, as "GET /books/{id}", or all those of a tag."""
    oracles: tuple[str, ...] = ()
    """Oracles, by id."""


class Requirement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One requirement. Tests that bear its id as a marker need not be named."""

    id: str
    """Name of the requirement, which tests may bear: letters, digits, dots, hyphens."""
    title: str
    """What was asked for, in one sentence."""
    priority: Priority = Priority.MUST
    """How much it matters: must or should."""
    tests: tuple[str, ...] = ()
    """Tests, by node id, name, or class and name."""
    operations: tuple[str, ...] = ()
    """Operations, by operationId, as "GET /books/{id}", or all those of a tag."""
    oracles: tuple[str, ...] = ()
    """Oracles, by id."""
    criteria: tuple[Acceptance, ...] = ()
    """Its acceptance criteria; with them it is complete when each of them is shown."""


class RequirementList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file `gatescore/requirements.toml`."""

    requirements: tuple[Requirement, ...] = ()
    """What was asked for, in the order in which it is told."""


Item = Requirement | Acceptance


def items(requirement: Requirement) -> tuple[Item, ...]:
    """The requirement and its acceptance criteria."""
    return (requirement, *requirement.criteria)
