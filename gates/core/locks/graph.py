"""Who pulls in whom: the shortest way from a direct dependency to each package."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gates.core.locks.model import Package, canonical

Edges = Mapping[str, Sequence[str]]
MAIN = ""


def linked(
    packages: Mapping[str, Package], edges: Edges, roots: Mapping[str, Iterable[str]]
) -> tuple[Package, ...]:
    """The packages with `direct`, `chain`, `groups` and `requires`, sorted by name and version.

    All three mappings speak of the same identifiers; `roots` are the direct dependencies by group,
    MAIN being the product itself.
    """
    chains: dict[str, tuple[str, ...]] = {}
    groups: dict[str, set[str]] = {}
    for group in sorted(roots):  # MAIN sorts first: its chains win
        for identifier, chain in _reached(packages, edges, roots[group]).items():
            chains.setdefault(identifier, chain)
            groups.setdefault(identifier, set()).add(group)
    direct = {identifier for group in roots.values() for identifier in group}
    found = (
        msgspec.structs.replace(
            package,
            direct=identifier in direct if roots else None,
            chain=tuple(packages[step].name for step in chains.get(identifier, ())),
            groups=()
            if MAIN in groups.get(identifier, {MAIN})
            else tuple(sorted(groups[identifier])),
            requires=tuple(
                sorted(
                    {
                        packages[other].key
                        for other in edges.get(identifier, ())
                        if other in packages
                    }
                )
            ),
        )
        for identifier, package in packages.items()
    )
    return merged(found)


def merged(packages: Iterable[Package]) -> tuple[Package, ...]:
    """One package of each name and version: the direct one, else the one with the shorter chain."""
    best: dict[str, Package] = {}
    for package in packages:
        before = best.get(package.key)
        best[package.key] = package if before is None else _both(before, package)
    return tuple(sorted(best.values(), key=lambda package: (package.name, package.version)))


def roots_of(
    packages: Mapping[str, Package], edges: Edges, declared: Mapping[str, Iterable[str]] | None
) -> dict[str, list[str]]:
    """The direct dependencies by group, for formats that do not name them.

    Those that the project file declares; without one, those that no other package asks for. Empty
    where nobody knows: no project file and no edges.
    """
    if declared is not None:
        return {
            group: [i for i, p in packages.items() if canonical(p.name) in {*map(canonical, names)}]
            for group, names in declared.items()
        }
    asked = {other for others in edges.values() for other in others}
    return {MAIN: [i for i in packages if i not in asked]} if asked else {}


def _reached(
    packages: Mapping[str, Package], edges: Edges, roots: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    chains: dict[str, tuple[str, ...]] = {root: (root,) for root in roots if root in packages}
    queue = deque(chains)
    while queue:
        at = queue.popleft()
        for other in edges.get(at, ()):
            if other in packages and other not in chains:
                chains[other] = (*chains[at], other)
                queue.append(other)
    return chains


def _both(one: Package, other: Package) -> Package:
    """What is known of a package that stands in two places."""
    first, second = sorted((one, other), key=_distance)
    groups = tuple(sorted({*one.groups, *other.groups})) if one.groups and other.groups else ()
    return msgspec.structs.replace(
        first,
        groups=groups,
        hashes=tuple(sorted({*one.hashes, *other.hashes})),
        requires=tuple(sorted({*one.requires, *other.requires})),
        gap=first.gap or second.gap,
    )


def _distance(package: Package) -> tuple[bool, bool, int]:
    return (not package.direct, not package.chain, len(package.chain))
