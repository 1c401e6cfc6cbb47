"""Reads pyproject.toml: what a project declares, which is not what gets installed."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gates.core import requirements
from gates.core.locks.documents import text_of, toml, typed
from gates.core.locks.graph import MAIN
from gates.core.locks.model import Listing, Package, canonical, checked
from gates.core.requirements import Unaudited


class _Project(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    dependencies: tuple[str, ...] = ()
    optional_dependencies: dict[str, tuple[str, ...]] = {}
    dynamic: tuple[str, ...] = ()


class _Group(msgspec.Struct, frozen=True, kw_only=True):
    dependencies: dict[str, Any] = {}


class _Poetry(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    dependencies: dict[str, Any] = {}
    dev_dependencies: dict[str, Any] = {}
    group: dict[str, _Group] = {}


class _Tool(msgspec.Struct, frozen=True, kw_only=True):
    poetry: _Poetry = _Poetry()


class _File(msgspec.Struct, frozen=True, kw_only=True):
    project: _Project = _Project()
    groups: dict[str, tuple[str | dict[str, str], ...]] = msgspec.field(
        name="dependency-groups", default_factory=dict
    )
    tool: _Tool = _Tool()


def declared(data: bytes) -> dict[str, tuple[str, ...]]:
    """The requirements by group, as written; MAIN is the product itself. Raises LockError."""
    file = typed(toml(data), _File)
    poetry = file.tool.poetry
    return {
        MAIN: (*file.project.dependencies, *_spelled(poetry.dependencies)),
        **{f"extra {name}": more for name, more in file.project.optional_dependencies.items()},
        **{
            f"group {name}": tuple(entry for entry in more if isinstance(entry, str))
            for name, more in file.groups.items()
        },
        **{f"group {name}": _spelled(more.dependencies) for name, more in poetry.group.items()},
        **({"group dev": _spelled(poetry.dev_dependencies)} if poetry.dev_dependencies else {}),
    }


def names(data: bytes) -> dict[str, tuple[str, ...]]:
    """The canonical names of what is declared, by group. Raises LockError."""
    return {group: tuple(map(_name, more)) for group, more in declared(data).items()}


def read(data: bytes, covered: Mapping[str, str] | None = None) -> Listing:
    """What can be audited of a pyproject.toml: exact pins alone, the rest is a gap.

    `covered` are the packages of lock files that are audited beside it: name -> file. What such a
    lock covers is neither, and is said in a note. Raises LockError.
    """
    lines = text_of(data).splitlines()
    packages: list[Package] = []
    gaps: list[Unaudited] = []
    locks: dict[str, int] = {}
    for group, wanted in declared(data).items():
        for text in wanted:
            lock = (covered or {}).get(_name(text))
            if lock:
                locks[lock] = locks.get(lock, 0) + 1
                continue
            read_one(text, group, _line(lines, text), packages, gaps)
    dynamic = typed(toml(data), _File).project.dynamic
    if "dependencies" in dynamic and not covered:
        gaps.append(Unaudited(0, "dependencies", "dynamic: the file does not name them"))
    notes = (f"{count} declared in it are locked in {lock}" for lock, count in locks.items())
    return Listing(packages=tuple(packages), gaps=tuple(gaps), notes=tuple(notes))


def read_one(
    text: str, group: str, line: int, packages: list[Package], gaps: list[Unaudited]
) -> None:
    """Add one declared requirement to what can or to what cannot be audited."""
    found = requirements.read(text)
    groups = (group,) if group else ()
    for pin in found.pins:
        name = canonical(pin.name)
        package = Package(
            name=name, version=pin.version, direct=True, chain=(name,), groups=groups, line=line
        )
        packages.append(checked(package))
    for gap in found.unaudited:
        why = f"{gap.why}; audit the lock file that pins it instead"
        gaps.append(msgspec.structs.replace(gap, number=line, why=why))


def _spelled(dependencies: Mapping[str, Any]) -> tuple[str, ...]:
    """Poetry's table as requirements, as far as names and exact pins go."""
    return tuple(
        f"{name}{_pin(value)}" for name, value in dependencies.items() if name.lower() != "python"
    )


def _pin(value: object) -> str:
    spec = value.get("version", "") if isinstance(value, dict) else value
    if isinstance(spec, str) and spec.startswith("=="):
        return spec
    return f">={spec.lstrip('^~>=<! ')}" if isinstance(spec, str) and spec.strip("^~>=<!* ") else ""


def _name(text: str) -> str:
    head = text.strip()
    end = next((i for i, c in enumerate(head) if not (c.isalnum() or c in "._-")), len(head))
    return canonical(head[:end])


def _line(lines: Iterable[str], text: str) -> int:
    """The first line that holds the requirement as it is written, else the name alone."""
    rows = list(enumerate(lines, start=1))
    quoted = [number for number, line in rows if f'"{text}"' in line or f"'{text}'" in line]
    if quoted:
        return quoted[0]
    name = _name(text)
    return next((n for n, line in rows if canonical(line).startswith(f"{name} ")), 0)
