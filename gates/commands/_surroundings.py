"""What around a run decides how it goes: the clock, git, the network, variables, other programs."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import distribution
from pathlib import Path

from gates.commands.open import has_display
from gates.core.plan import PlanError, absent_names, plan
from gates.core.target import Target
from gates.runner.governance import clock_notices
from gates.shell import config, git
from gates.shell.config import TARGET_FILE
from gates.shell.variables import allowed

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class State(StrEnum):
    """How a check went; a warning changes no exit code."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


Check = tuple[State, str, str]  # state, what, detail or remedy


def held(holds: bool) -> State:
    """OK if it holds, else FAIL."""
    return State.OK if holds else State.FAIL


def clock(root: Path) -> Iterator[Check]:
    """Verdicts, waivers and attestations end by the clock: it may not be behind what is known."""
    now = datetime.now(UTC)
    said = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    metadata = Path(str(distribution("gatescore").locate_file("")))
    installed = datetime.fromtimestamp(metadata.stat().st_mtime, UTC)
    notices = clock_notices(root, now) if git.is_work_tree(root) else ()
    if installed > now:
        yield State.FAIL, "clock", f"{said}, before gatescore was installed here: set the clock"
    elif notices:
        yield State.FAIL, "clock", notices[0]
    else:
        yield State.OK, "clock", said


def repository(root: Path) -> Iterator[Check]:
    """The revision is in every report; base, history and secrets need the commits before it."""
    if not git.is_work_tree(root):
        detail = f"{root} is in no repository: the revision is unknown; git init, and commit"
        yield State.WARN, "repository", detail
        return
    try:
        commit = git.revision(root)[:12]
    except git.GitError:
        yield State.WARN, "repository", "there is no commit yet: git add -A, and git commit"
        return
    if git.ask(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        detail = f"{commit}, a shallow clone: no base can be found; git fetch --unshallow"
        yield State.WARN, "repository", detail
    elif git.is_dirty(root):
        detail = f"{commit} with uncommitted changes: the report says so; commit for a release"
        yield State.WARN, "repository", detail
    else:
        yield State.OK, "repository", commit


def target(place: Path | None) -> Iterator[Check]:
    """The target file can be read, a run can be planned, and these origins may be spoken to."""
    path = place or Path(TARGET_FILE)
    if place is None and not path.exists():
        detail = "none here: gatescore init writes one; without one, run judges the example"
        yield State.OK, "target", detail
        return
    try:
        policy = config.read_policy("standard").policy
        read = config.read_target(path, absent_names(policy)).target
        planned = plan(read, policy, config.read_profile("local"))
    except (config.ConfigError, PlanError) as error:
        yield State.FAIL, "target", str(error).replace("\n", "; ")
        return
    skipped = sum(bool(gate.skipped) for gate in planned.gates)
    detail = f"{read.name}: {len(planned.gates) - skipped} gates run, {skipped} are skipped"
    yield State.OK, "target", detail
    yield State.OK, "allow-list", f"127.0.0.1{''.join(f', {one}' for one in origins(read))}"


def origins(read: Target) -> tuple[str, ...]:
    """Other origins that the target file lets gates talk to."""
    service = read.service
    return (
        *([service.base_url] if service and service.base_url else []),
        *(service.allow if service else ()),
    )


def network() -> Iterator[Check]:
    """Proxies are for installing alone: gates talk to the service directly."""
    environ = {name.upper(): value for name, value in os.environ.items()}
    named = [name for name in PROXIES if environ.get(name)]
    detail = f"{', '.join(named)}: used for installing packages alone" if named else "none"
    yield State.OK, "proxies", detail


def variables() -> Iterator[Check]:
    """Variables that no gate sees, because they would change what a tool does."""
    _, removed = allowed(os.environ)
    if removed:
        detail = f"removed: {', '.join(removed)}; what the service needs belongs into service.env"
        yield State.WARN, "environment", detail
    else:
        yield State.OK, "environment", "nothing is removed that would change a tool"


def programs() -> Iterator[Check]:
    """What some targets need, and others do not."""
    shown = has_display(os.environ, sys.platform)
    yield State.OK, "browser", "there is a display" if shown else "no display: open tells the path"
    driver = importlib.util.find_spec("psycopg") is not None
    missing = "PostgreSQL cannot be looked into here: pip install 'gatescore[postgresql]'"
    yield State.OK, "postgresql", "can be looked into" if driver else missing
    for name, use in (("psql", "a PostgreSQL"), ("redis-server", "a Redis")):
        found = shutil.which(name)
        yield State.OK, name, found or f"not found; only a target that starts {use} needs it"
