"""How the files of a deployment are read: YAML or JSON that holds a mapping."""

import re
from pathlib import Path
from typing import Any

from gates.probes import _common
from gates.shell import json_strict, yaml_strict

SHOWN = 200  # characters of what is quoted


class Unreadable(Exception):
    """A file is not what its name says; the text says why."""


def decoded(tree: Path, name: str, tags: re.Pattern[str] | None = None) -> dict[str, Any]:
    """The object that a YAML or JSON file holds; `tags` are left out of it.

    Raises Unreadable, ProbeError.
    """
    content = _common.read_text(tree, name)
    if content is None:
        raise Unreadable("there is no such file")
    content = tags.sub("", content) if tags else content
    try:
        is_json = name.lower().endswith(".json")
        value: Any = json_strict.decode(content) if is_json else yaml_strict.decode(content)
    except (json_strict.JsonError, yaml_strict.YamlError) as error:
        raise Unreadable(str(error)[:SHOWN]) from None
    if not isinstance(value, dict):
        raise Unreadable("it holds no mapping at its top")
    return value


def objects(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value where it is a list, an empty one for anything else."""
    return value if isinstance(value, list) else []
