"""Checks workflows of GitHub: jobs, their steps, what they need, and which actions they use."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from gates.probes.deployment.reading import items, objects

FOLDER = ".github/workflows"
_TOP = frozenset(
    {"concurrency", "defaults", "env", "jobs", "name", "on", "permissions", "run-name"}
)
_SHA = re.compile(r"[0-9a-f]{40}")
_VERSION = re.compile(r"(?:[\w./-]*[/@])?v?\d+(?:\.\d+)*(?:[-+.][\w.]+)?")
_ID = re.compile(r"[A-Za-z_][\w-]*")


def is_workflow(path: str) -> bool:
    """Whether a file is one by its place."""
    place = PurePosixPath(path)
    return str(place.parent) == FOLDER and place.suffix in (".yml", ".yaml")


def faults(file: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a workflow, in words."""
    for key in sorted(file.keys() - _TOP):
        yield f"has the unknown key {key[:80]}"
    if not file.get("on"):
        yield "says nowhere what starts it: on"
    jobs = file.get("jobs")
    if not isinstance(jobs, dict) or not jobs:
        yield "has no jobs"
        return
    for name, job in jobs.items():
        for fault in _job(name, job, jobs):
            yield f"job {name[:80]} {fault}"
    yield from _circles(jobs)


def _job(name: str, job: Any, jobs: dict[str, Any]) -> Iterator[str]:
    if not isinstance(job, dict):
        yield "is no mapping"
        return
    if not _ID.fullmatch(name):
        yield "has a name that is none: letters, digits, _ and - are allowed"
    for needed in _needs(job):
        if needed not in jobs:
            yield f"needs {needed[:80]}, which is no job"
    if "uses" in job:
        yield from _used(job["uses"])
        return
    if not job.get("runs-on"):
        yield "does not say where it runs: runs-on"
    steps = job.get("steps")
    if not isinstance(steps, list) or not steps:
        yield "has no steps"
        return
    yield from _steps(steps)


def _steps(steps: list[Any]) -> Iterator[str]:
    seen: set[str] = set()
    for number, step in enumerate(steps, start=1):
        keys = objects(step).keys() & {"run", "uses"}
        if len(keys) != 1:
            said = "both run and uses" if keys else "neither run nor uses"
            yield f"step {number} has {said}"
        if "uses" in keys:
            yield from (f"step {number} {fault}" for fault in _used(step["uses"]))
        id = str(objects(step).get("id", ""))
        if id and id in seen:
            yield f"step {number} has the id {id[:80]} of an earlier one"
        seen.add(id)


def _used(said: Any) -> Iterator[str]:
    """What is wrong with the name of an action; those of the same repository need no version."""
    name = str(said)
    if name.startswith("./"):
        return
    if name.startswith("docker://"):
        tag = name.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in name and not re.search(r"\d", tag):
            yield f"uses {name[:120]}, which is another image tomorrow"
        return
    action, at, version = name.partition("@")
    if not at or "/" not in action:
        yield f"uses {name[:120]}, which names no version: owner/name@version"
    elif not (_SHA.fullmatch(version) or _VERSION.fullmatch(version)):
        yield f"uses {name[:120]}, which is another action tomorrow: name a commit or a version"


def _needs(job: Any) -> list[str]:
    said = objects(job).get("needs")
    return [said] if isinstance(said, str) else [str(one) for one in items(said)]


def _circles(jobs: dict[str, Any]) -> Iterator[str]:
    needs = {name: set(_needs(job)) & jobs.keys() for name, job in jobs.items()}
    while free := {name for name, those in needs.items() if not those}:
        needs = {name: those - free for name, those in needs.items() if name not in free}
    if needs:
        yield f"has jobs that wait for each other: {', '.join(sorted(needs))[:200]}"
