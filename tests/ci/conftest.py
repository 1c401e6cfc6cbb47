"""A repository with a small target, and jobs that run our action on it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.ci.runner import Job
from tests.ci.stand_ins import World
from tests.faults.cli import FAULTS, Place, committed

ENVIRONMENT = str(Path(sys.executable).parents[1])


class Made:
    """A place for targets and policies, and jobs on what was committed of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = Place(path / "repository", path / "cache")
        self.place.path.mkdir()
        self.world = World(path / "world", self.place.path, [])

    @property
    def environment(self) -> dict[str, str]:
        """What the runner's machine has: the fake tools, and a cache of its own."""
        return {"PYTHONPATH": str(FAULTS / "plugin"), "GATESCORE_CACHE": str(self.place.cache)}

    def job(self, **options: Any) -> Job:
        """A machine with a checkout of the repository."""
        if not (self.place.path / "t").exists():
            self.place.target()
        committed(self.place.path)
        job = Job(self.world, self.path / f"job-{len(list(self.path.glob('job-*')))}", **options)
        job.environment = self.environment
        checkout = {"uses": f"actions/checkout@{'0' * 40}", "with": CHECKOUT}
        good, _ = job.steps([checkout], job.contexts, job.workspace)
        assert good
        return job

    def judged(
        self, gates: Mapping[str, Any], given: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[Job, bool, dict[str, str]]:
        """Run the action on a target under a policy of these gates: job, success, outputs."""
        self.place.policy(gates)
        job = self.job(**options)
        return (job, *act(job, {"target": "t", "policy": "p.toml", **(given or {})}))


CHECKOUT = {"fetch-depth": "0", "persist-credentials": "false"}


def act(job: Job, given: Mapping[str, str]) -> tuple[bool, dict[str, str]]:
    """Run our action in the environment of these tests: success, outputs."""
    return job.action({"environment": ENVIRONMENT, **given})


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Nothing of another test."""
    return Made(tmp_path)
