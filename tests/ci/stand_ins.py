"""What the actions of others do, as far as ours rely on it: checkout, artifacts, caches, SARIF.

Each refuses an input that the real one does not know, so that a slip of the pen is seen here.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

INPUTS = {  # of the versions that are pinned, from their action.yml
    "actions/checkout": "ref fetch-depth persist-credentials path repository",
    "actions/setup-python": "python-version cache",
    "actions/upload-artifact": "name path if-no-files-found retention-days compression-level"
    " overwrite include-hidden-files archive",
    "actions/download-artifact": "name artifact-ids path pattern merge-multiple",
    "actions/cache/restore": "path key restore-keys fail-on-cache-miss lookup-only",
    "actions/cache/save": "path key upload-chunk-size",
    "github/codeql-action/upload-sarif": "sarif_file category ref sha wait-for-processing",
}
RUNS_OF_ONE_UPLOAD = 20


class ActionError(Exception):
    """What makes the step fail."""


class World(msgspec.Struct, frozen=True):
    """What outlives a job: the repository, artifacts, caches, and what code scanning was given."""

    place: Path
    repository: Path
    uploads: list[Path] = []

    @property
    def artifacts(self) -> Path:
        """A folder for each artifact."""
        return self.place / "artifacts"

    @property
    def caches(self) -> Path:
        """A folder for each key."""
        return self.place / "caches"


class Step(msgspec.Struct, frozen=True):
    """What an action is given."""

    world: World
    workspace: Path
    given: Mapping[str, str]
    permissions: Mapping[str, str]

    def path(self, name: str = "path") -> Path:
        """An input that names a file or folder."""
        return self.workspace / self.given[name]


Outputs = dict[str, str]


def perform(action: str, step: Step) -> Outputs:
    """Do what an action does; returns its outputs. Raises ActionError."""
    unknown = set(step.given) - set(INPUTS[action].split())
    assert not unknown, f"{action} has no input {unknown}"
    return ACTIONS[action](step)


def checkout(step: Step) -> Outputs:
    """Clone, as deep as asked for."""
    assert step.permissions.get("contents") == "read"
    assert step.given["persist-credentials"] == "false"
    depth = step.given.get("fetch-depth", "1")
    deep = [] if depth == "0" else ["--depth", depth]
    source = f"file://{step.world.repository}"
    clone = ["git", "clone", "-q", *deep, source, str(step.workspace)]
    subprocess.run(clone, check=True, timeout=60)
    return {}


def nothing(step: Step) -> Outputs:
    """The Python of this process is there already."""
    return {}


def upload(step: Step) -> Outputs:
    """Keep a file or a folder without hidden files under a name that is not taken."""
    source, goal = step.path(), step.world.artifacts / step.given.get("name", "artifact")
    found = [source] if source.is_file() else [f for f in source.rglob("*") if f.is_file()]
    base = source.parent if source.is_file() else source
    seen = [f for f in found if not any(p.startswith(".") for p in f.relative_to(base).parts)]
    if not seen:
        if step.given.get("if-no-files-found", "warn") == "error":
            raise ActionError(f"no files found: {source}")
        return {}
    if goal.exists():
        if step.given.get("overwrite") != "true":
            raise ActionError(f"the name is taken: {goal.name}")
        shutil.rmtree(goal)
    for file in seen:
        copy = goal / file.relative_to(base)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return {"artifact-id": "1", "artifact-digest": "0" * 64}


def download(step: Step) -> Outputs:
    """Fetch one artifact, or each that a pattern fits into a folder of its name."""
    goal = step.path()
    if name := step.given.get("name"):
        if not (step.world.artifacts / name).exists():
            raise ActionError(f"no artifact {name}")
        shutil.copytree(step.world.artifacts / name, goal, dirs_exist_ok=True)
        return {}
    if step.world.artifacts.exists():
        for one in step.world.artifacts.glob(step.given["pattern"]):
            shutil.copytree(one, goal / one.name, dirs_exist_ok=True)
    return {}


def restore(step: Step) -> Outputs:
    """The entry of that key, else the newest whose key begins as one of the others says."""
    begins = [step.given["key"], *step.given.get("restore-keys", "").split()]
    for prefix in begins:
        entries = [e for e in step.world.caches.glob("*") if e.name.startswith(prefix)]
        if entries:
            entry = max(entries, key=lambda one: one.stat().st_mtime_ns)
            shutil.copytree(entry, step.path(), dirs_exist_ok=True)
            return {"cache-matched-key": entry.name, "cache-hit": str(entry.name == begins[0])}
    return {"cache-hit": ""}


def save(step: Step) -> Outputs:
    """Keep a folder under a key that is not taken; one that is not there is a warning."""
    entry = step.world.caches / step.given["key"]
    if step.path().exists() and not entry.exists():
        shutil.copytree(step.path(), entry)
    return {}


def sarif(step: Step) -> Outputs:
    """One upload: at most 20 runs, no two of one category, by a job that may."""
    if step.permissions.get("security-events") != "write":
        raise ActionError("Resource not accessible by integration")
    path = step.path("sarif_file")
    files = sorted(path.rglob("*.sarif")) if path.is_dir() else [path]
    runs = [run for file in files for run in json.loads(file.read_bytes())["runs"]]
    categories = [run["automationDetails"]["id"] for run in runs]
    assert len(runs) <= RUNS_OF_ONE_UPLOAD
    assert len(set(categories)) == len(categories)
    step.world.uploads.extend(files)
    return {"sarif-id": "1"}


ACTIONS: dict[str, Callable[[Step], Outputs]] = {
    "actions/checkout": checkout,
    "actions/setup-python": nothing,
    "actions/upload-artifact": upload,
    "actions/download-artifact": download,
    "actions/cache/restore": restore,
    "actions/cache/save": save,
    "github/codeql-action/upload-sarif": sarif,
}
