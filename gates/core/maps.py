"""Maps from criteria to what people ask for: categories of threats, and items of checklists."""

import msgspec


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category of a list of threats."""

    list: str
    """The list that it is of, with its year."""
    id: str
    """Its number there."""
    title: str
    """Its name there."""
    criteria: dict[str, str]
    """The criteria that look at it, each with what of it that one sees."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of a checklist: done where all of its criteria pass."""

    title: str
    """What has to be so."""
    criteria: tuple[str, ...]
    """What proves it."""
    group: str = ""
    """The part of the list that it stands in."""


class Checklist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of items that people sign off."""

    id: str
    """Its name in the reports."""
    title: str
    """Its name for people."""
    item: tuple[Item, ...]
    """What has to be so, in the order of the list."""


class OwaspFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file config/map/owasp.toml."""

    category: tuple[Category, ...]
    """Every category, also one that nothing covers."""


class ChecklistFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file config/map/checklists.toml."""

    checklist: tuple[Checklist, ...]
    """The lists, in the order in which they are shown."""


class Maps(msgspec.Struct, frozen=True, kw_only=True):
    """All maps that the gates of a policy are derived with."""

    categories: tuple[Category, ...] = ()
    checklists: tuple[Checklist, ...] = ()
