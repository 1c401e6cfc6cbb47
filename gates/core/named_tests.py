"""Tests that a target's files name, found among those that ran."""

from collections.abc import Iterator


def is_named(name: str, node_id: str, classname: str, title: str) -> bool:
    """Whether a name means this test: its node id, its name, or class and name; any parameters.

    A folder or module in front of the node id may be left out.
    """
    return name in aliases(node_id, classname, title)


def aliases(node_id: str, classname: str, title: str) -> frozenset[str]:
    """Every name that means a test, see `is_named`."""
    plain = _bare(node_id)
    joined = {f"{classname}{dot}{title}" for dot in (".", "::", " ")}
    short = {title, _bare(title), *joined, *map(_bare, joined)}
    return frozenset((node_id, plain, *_endings(plain), *short))


def _endings(plain: str) -> Iterator[str]:
    """The node id without one folder after the other."""
    rest = plain
    while "/" in rest:
        rest = rest.partition("/")[2]
        yield rest


def _bare(name: str) -> str:
    """A name without its parameters."""
    return name.partition("[")[0]
