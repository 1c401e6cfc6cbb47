"""Entry points of everything that is installed, read once: each reading goes through all of it.

What other packages offer (tools, formats, commands) takes part or is refused by name, never
passed over: two of one name, one for another version of ours, one that cannot be imported.
"""

import re
import sys
from collections.abc import Collection
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any

from gates.unusable import InstallationError

PREFIX = "gatescore."  # every group that we read
OURS = "gatescore"
REMEDY = "mend or uninstall it (gatescore doctor lists all plugins)"


def points(group: str, name: str = "") -> tuple[EntryPoint, ...]:
    """The entry points of a group, those of one name if it is given.

    Of a distribution that is there twice, the one counts that Python finds first.
    """
    found = _ours(tuple(sys.path))
    return tuple(one for one in found if one.group == group and name in ("", one.name))


def foreign(group: str, name: str = "") -> tuple[EntryPoint, ...]:
    """Those of other packages."""
    return tuple(one for one in points(group, name) if not _is_ours(one))


def require(group: str, reserved: Collection[str] = ()) -> None:
    """Refuse a group with troubles. Raises InstallationError, which names all of them."""
    if found := troubles(group, reserved):
        raise InstallationError("\n".join(found))


def troubles(group: str, reserved: Collection[str] = ()) -> list[str]:
    """What is wrong with a group before anything is imported, a text each.

    `reserved` are names of ours that are no entry points.
    """
    kind, by_name = group.removeprefix(PREFIX), dict[str, list[str]]()
    for point in sorted(points(group), key=_is_ours, reverse=True):
        by_name.setdefault(point.name, []).append(source(point))
    taken = {
        name: [f"{OURS} itself", *owners] if name in reserved else owners
        for name, owners in by_name.items()
    }
    twice = [
        f"{kind}: {name!r} is offered by {' and by '.join(owners)}; uninstall or rename one"
        for name, owners in taken.items()
        if len(owners) > 1
    ]
    others = {source(point): point.dist for point in foreign(group) if point.dist}
    return [*twice, *(text for who, one in others.items() if (text := _misfit(who, one)))]


def loaded(point: EntryPoint, names: Collection[str] = ()) -> Any:
    """What an entry point of another package stands for. Raises InstallationError.

    `names` are those that it has to have.
    """
    where = f"{source(point)}: {point.group}: {point.name} = {point.value}"
    try:
        found = point.load()
    except (Exception, SystemExit) as error:  # whatever its code does is for its author to know
        why = f"{type(error).__name__}: {error}"
        raise InstallationError(f"{where}: it cannot be loaded: {why}; {REMEDY}") from error
    lacking = [name for name in names if not hasattr(found, name)]
    if lacking:
        raise InstallationError(f"{where}: it has no {', no '.join(lacking)}; {REMEDY}")
    return found


def source(point: EntryPoint) -> str:
    """The distribution that offers it, with its version."""
    return " ".join(_named(point.dist)) if point.dist else "a package without a name"


def _misfit(who: str, plugin: Distribution) -> str:
    """That a plugin is for another version of ours, or ""."""
    from packaging.requirements import InvalidRequirement, Requirement  # only where plugins are

    ours = _distribution(tuple(sys.path))
    for text in plugin.requires or ():
        try:
            wish = Requirement(text)
        except InvalidRequirement as error:
            return f"{who}: its requirement {text!r} cannot be read: {error}; {REMEDY}"
        if _plain(wish.name) != OURS or (wish.marker and not wish.marker.evaluate()):
            continue
        if ours and not wish.specifier.contains(ours.version, prereleases=True):
            return f"{who} needs {wish}, this is {OURS} {ours.version}; install a version that fits"
    return ""


def _is_ours(point: EntryPoint) -> bool:
    return point.dist is not None and _plain(_named(point.dist)[0]) == OURS


@lru_cache(maxsize=256)
def _named(distribution: Distribution) -> tuple[str, str]:
    """Its name and version, read once: each asking parses all of its metadata."""
    return distribution.name, distribution.version


def _plain(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=1)
def _found(path: tuple[str, ...]) -> dict[str, Distribution]:
    """Distributions that offer us something, by name. `path` is where Python looks for packages."""
    found: dict[str, Distribution] = {}
    for distribution in distributions(path=list(path)):
        text = distribution.read_text("entry_points.txt")
        if text and PREFIX in text:
            found.setdefault(_plain(distribution.name), distribution)
    return found


@lru_cache(maxsize=1)
def _ours(path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """All entry points for us."""
    everything = (point for one in _found(path).values() for point in one.entry_points)
    return tuple(point for point in everything if point.group.startswith(PREFIX))


def _distribution(path: tuple[str, ...]) -> Distribution | None:
    """Our own."""
    return _found(path).get(OURS)
