"""Entry points of everything that is installed, read once: each reading goes through all of it."""

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, distributions


def points(group: str, name: str = "") -> tuple[EntryPoint, ...]:
    """The entry points of a group, those of one name if it is given.

    Of a distribution that is there twice, the one counts that Python finds first.
    """
    found = _ours(tuple(sys.path))
    return tuple(one for one in found if one.group == group and name in ("", one.name))


@lru_cache(maxsize=1)
def _ours(path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """All entry points for us. `path` is where Python looks for packages."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for distribution in distributions(path=list(path)):
        text = distribution.read_text("entry_points.txt")
        if text and PREFIX in text:
            found.setdefault(distribution.name, tuple(distribution.entry_points))
    everything = (point for points in found.values() for point in points)
    return tuple(point for point in everything if point.group.startswith(PREFIX))


PREFIX = "gatescore."  # every group that we read
