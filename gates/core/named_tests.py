"""Tests that a target file names, found among those that ran."""


def is_named(name: str, node_id: str, classname: str, title: str) -> bool:
    """Whether a name means this test: its node id, its name, or class and name; any parameters.

    A folder or module in front of the node id may be left out.
    """
    plain = _bare(node_id)
    if "::" in name or "/" in name:
        return node_id == name or plain == name or plain.endswith(f"/{name}")
    joined = {f"{classname}{dot}{title}" for dot in (".", "::", " ")}
    return name in {title, _bare(title), plain, node_id, *joined, *map(_bare, joined)}


def _bare(name: str) -> str:
    """A name without its parameters."""
    return name.partition("[")[0]
