"""Joins findings that several tools of a gate make of one defect."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

import msgspec

from gates.core.equivalence import canonical
from gates.core.model import Finding, Severity

RANK = {severity: rank for rank, severity in enumerate(Severity)}  # 0 is the worst
Cluster = list[Finding]  # of one defect, at most one finding of each tool


class Joined(msgspec.Struct, frozen=True):
    """The findings, each defect once, and how many were joined away, by metric."""

    findings: tuple[Finding, ...]
    fewer: dict[str, int]


def joined(findings: Iterable[Finding]) -> Joined:
    """Join what has the same canonical rule and path, and is on one line or in one statement.

    The statement is the finding's `context`. What remains is the worst of them, with its own
    metric and with the others as `witnesses`. Findings of one tool are never joined.
    """
    every = tuple(findings)
    kept: list[Finding] = []
    fewer: dict[str, int] = {}
    shared = shared_rules(every)
    if not shared:
        return Joined(every, fewer)
    places: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in every:
        name = shared.get((finding.tool, finding.rule))
        if name is None:
            kept.append(finding)
        else:
            places[name, finding.path].append(finding)
    for found in places.values():
        kept.extend(one_of(cluster, fewer) for cluster in clusters(found))
    return Joined(tuple(kept), fewer)


def shared_rules(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """The canonical name of each (tool, rule) whose defect another tool here names as well."""
    rules = {(finding.tool, finding.rule) for finding in findings}
    names = {rule: canonical(*rule) for rule in rules}
    tools: defaultdict[str, set[str]] = defaultdict(set)
    for (tool, _), name in names.items():
        tools[name].add(tool)
    return {rule: name for rule, name in names.items() if len(tools[name]) > 1}


def clusters(found: Iterable[Finding]) -> list[Cluster]:
    """Findings of one rule in one file: first those on one line, then those of one statement."""
    alone = [[finding] for finding in sorted(found, key=place)]
    by_line = gathered(alone, lambda finding: finding.line or None)
    return gathered(by_line, lambda finding: finding.context or None)


def gathered(parts: Iterable[Cluster], key: Callable[[Finding], Hashable | None]) -> list[Cluster]:
    """The clusters, those with a key in common put together where they share no tool.

    The n-th of one tool goes with the n-th of another.
    """
    made: list[Cluster] = []
    homes: dict[tuple[Hashable, int], Cluster] = {}
    counts: defaultdict[tuple[Hashable, str], int] = defaultdict(int)
    for part in parts:
        name = key(part[0])
        if name is None:
            made.append(part)
            continue
        number = max(counts[name, finding.tool] for finding in part)
        for finding in part:
            counts[name, finding.tool] = number + 1
        home = homes.get((name, number))
        if home is None:
            homes[name, number] = home = []
            made.append(home)
        home.extend(part)
    return made


def place(finding: Finding) -> tuple[int, str, str, str]:
    """Sort key inside one file: the order of the tools' answers is irrelevant."""
    return (finding.line, finding.tool, finding.rule, finding.message)


def one_of(cluster: Cluster, fewer: dict[str, int]) -> Finding:
    """The worst finding of a cluster; `fewer` learns what the others no longer count for."""
    if len(cluster) == 1:
        return cluster[0]
    worst, *others = sorted(cluster, key=lambda one: (RANK[one.severity], one.tool, one.rule))
    for other in others:
        if other.metric:
            fewer[other.metric] = fewer.get(other.metric, 0) + 1
    names = tuple(sorted(f"{other.tool} {other.rule}" for other in others))
    return msgspec.structs.replace(worst, witnesses=names)
