"""Reads the bundled maps from criteria to categories and checklists, checked against a policy."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from gates.core.maps import ChecklistFile, Maps, OwaspFile
from gates.core.policy import Policy
from gates.shell import bundled
from gates.shell.problems import KeyPath, Trouble, did_you_mean
from gates.shell.toml_read import read_document

_T = TypeVar("_T", OwaspFile, ChecklistFile)
CATEGORIES = ("owasp",)  # derivations that need the map of each kind
CHECKLISTS = ("definition-of-done",)


def read_maps(policy: Policy, *, whole: bool, folder: Path | None = None) -> Maps:
    """The maps that the derived gates of a policy need. Raises ConfigError.

    `whole`: the policy has every criterion of ours, so that one it does not know is an error. A
    policy that stands alone may know fewer; what it lacks then covers nothing.
    """
    derived = {gate.derived for gate in policy.gates.values()}
    known = {id for gate in policy.gates.values() for id in gate.criteria} if whole else set()
    place = folder or bundled.config_folder() / "map"
    maps = Maps()
    if derived.intersection(CATEGORIES):
        read = _read(place / "owasp.toml", OwaspFile, known)
        maps = msgspec.structs.replace(maps, categories=read.category)
    if derived.intersection(CHECKLISTS):
        lists = _read(place / "checklists.toml", ChecklistFile, known)
        maps = msgspec.structs.replace(maps, checklists=lists.checklist)
    return maps


def _read(file: Path, kind: type[_T], known: Collection[str]) -> _T:
    document = read_document(file, "")
    try:
        value: _T = msgspec.convert(document.data, kind)
    except msgspec.ValidationError as error:
        raise document.error([Trouble(path=(), message=str(error))]) from None
    found = [*_unknown(value, known), *_speechless(value)]
    if found:
        raise document.error(found)
    return value


def _unknown(value: OwaspFile | ChecklistFile, known: Collection[str]) -> Iterator[Trouble]:
    for path, criteria in _places(value):
        for id in criteria:
            if known and id not in known:
                yield Trouble(
                    path=path,
                    message=f"unknown criterion: {id[:80]!a}",
                    allowed="a criterion of the policy: gatescore list shows all",
                    hint=did_you_mean(id, known),
                )


def _places(value: OwaspFile | ChecklistFile) -> Iterator[tuple[KeyPath, Collection[str]]]:
    match value:
        case OwaspFile():
            for number, category in enumerate(value.category):
                yield ("category", number, "criteria"), category.criteria
        case ChecklistFile():
            for place, checklist in enumerate(value.checklist):
                for number, item in enumerate(checklist.item):
                    yield ("checklist", place, "item", number, "criteria"), item.criteria


def _speechless(value: OwaspFile | ChecklistFile) -> Iterator[Trouble]:
    """A criterion that stands in a category without a word on what it sees of it."""
    if isinstance(value, OwaspFile):
        for number, category in enumerate(value.category):
            for id, why in category.criteria.items():
                if not why.strip():
                    path = ("category", number, "criteria", id)
                    yield Trouble(path=path, message="says nothing", allowed="what it sees of it")
