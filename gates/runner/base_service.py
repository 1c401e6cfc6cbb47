"""Runs the services of both revisions beside each other, for a tool that compares them.

Both are started for it: a service that has run for a while is warmer than one that has not.
"""

import dataclasses
import filecmp
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from gates.core.plan import PlannedGate
from gates.core.target import Service, Target
from gates.core.tool import Tool
from gates.runner import ingest
from gates.runner.environments import Environments
from gates.runner.logins import LoginFailed, Logins
from gates.runner.session import Session
from gates.runner.stage import Grant
from gates.runner.unavailable import Unavailable
from gates.shell import environment
from gates.shell.config import TARGET_FILE, ConfigError, read_target
from gates.shell.service import Running, ServiceError, running

LOG, OWN_LOG = "base-service.log", "service-beside-base.log"
NO_BASE = "no base to compare with"
RUNS_ALREADY = "the service at service.base_url is not ours: nothing of its base can be started"
SHARED = (
    "both revisions would work on one database: let service.env lead to one below {state}, "
    "which each start has for itself"
)
_MADE = frozenset({"__pycache__", "node_modules", ".git", ".gatescore"})
_WORDS = (".md", ".rst")


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """The two services as a grant, or why there are none."""

    grant: Grant | None = None
    same: bool = False  # the base has the content of the judged tree: there is nothing to ask it
    files: int = 0  # that were compared for it
    why: str = ""

    def settings(self) -> dict[str, object]:
        """What the tool is told of it."""
        return {"base_same": self.same, "base_files": self.files, "base_why": self.why}


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One side: its name for people, its tree, and how it says that it is started."""

    name: str
    tree: Path
    target: Target


class _NotHad(Exception):
    """A service cannot be had; the text says why."""


@contextmanager
def beside(
    tool: Tool, gate: PlannedGate, grant: Grant, session: Session
) -> Iterator[tuple[Grant, dict[str, object]]]:
    """A grant of two services that have just been started, ours and the base's, while they last.

    And what to tell the tool of it: where they cannot be had it is told why, and the grant stays
    as it is. So it does for a tool that does not ask for it.
    """
    if not getattr(tool, "BASE_SERVICE", False):
        yield grant, {}
        return
    with ExitStack() as open_ones:
        made = _had(gate, grant, session, open_ones)
        yield made.grant or grant, made.settings()


def _had(gate: PlannedGate, grant: Grant, session: Session, open_ones: ExitStack) -> Beside:
    """What there is of the two, started within `open_ones`."""
    then, now = session.base_tree, session.target.service
    if then is None or now is None:
        return Beside(why=NO_BASE)
    if not now.start:
        return Beside(why=RUNS_ALREADY)
    target = target_of(session, then)
    if files := same_content(session, then, target):
        return Beside(same=True, files=files)
    if any(shares_its_state(one) for one in (now, target.service or now)):
        return Beside(why=SHARED)
    base = Revision(name="the base", tree=then, target=target)
    ours = Revision(name="the target, a second one", tree=session.tree, target=session.target)
    try:
        known = _asked(gate, session, base, open_ones)
        own = _asked(gate, session, ours, open_ones, grant)
    except _NotHad as error:
        return Beside(why=" ".join(session.secrets.redactor().text(str(error)).split()))
    return Beside(grant=_granted(grant, own, known))


def _asked(
    gate: PlannedGate,
    session: Session,
    revision: Revision,
    open_ones: ExitStack,
    grant: Grant | None = None,
) -> tuple[Running, Logins]:
    """A service that lets us in; `grant` has its environment. Raises _NotHad, which says why."""
    what = f"the service of {revision.name}: "
    try:
        service = open_ones.enter_context(started(gate, session, revision, grant))
        logins = Logins(session, service)
        logins.headers()
    except (ServiceError, LoginFailed) as error:
        raise _NotHad(f"{what}it does not run: {error.detail}") from error
    except Unavailable as error:
        raise _NotHad(f"{what}it cannot be installed: {error.failure.detail}") from error
    except OSError as error:
        raise _NotHad(f"{what}it does not run: {error.filename}: {error.strerror}") from error
    return service, logins


def _granted(grant: Grant, ours: tuple[Running, Logins], base: tuple[Running, Logins]) -> Grant:
    service, logins = ours
    return msgspec.structs.replace(
        grant,
        base_url=service.base_url,
        pid=service.pid,
        service_log=str(service.log),
        state=service.place.values["state"] if service.place else "",
        headers=logins.headers(),
        identities=logins.known(),
        base_origin=base[0].base_url,
        base_headers=base[1].headers(),
        renew=None,
    )


def target_of(session: Session, then: Path) -> Target:
    """How the base says that it is installed and started; today's word where it says nothing.

    Its own target file counts only if it can be read today, and asks for no variable that this
    run does not have.
    """
    try:
        said = read_target(then).target if (then / TARGET_FILE).is_file() else session.target
    except ConfigError:
        return session.target
    service = said.service
    if service is None or not service.start:
        return session.target
    known = session.secrets.variables
    if not {*service.env_from, *service.env_generate} <= known.keys():
        return session.target
    return msgspec.structs.replace(session.target, code=said.code, node=said.node, service=service)


def same_content(session: Session, then: Path, target: Target) -> int:
    """How many files were compared, if what could make the service differ is the same; else 0.

    All files count but tests and prose, and so do the parts of the target file that install and
    start the service.
    """
    now = session.target
    if (now.service, now.code, now.node) != (target.service, target.code, target.node):
        return 0
    tests = (*(now.code.tests if now.code else ()), *(now.node.tests if now.node else ()))
    ours = {name for name in session.files if counts(name, tests)}
    theirs = {name for name in listed(then) if counts(name, tests)}
    if ours != theirs or links(session.tree) != links(then):
        return 0
    _, other, unread = filecmp.cmpfiles(session.tree, then, sorted(ours), shallow=False)
    return 0 if other or unread else len(ours)


def counts(name: str, tests: tuple[str, ...]) -> bool:
    """Whether the service may depend on the file."""
    if name == TARGET_FILE or name.endswith(_WORDS):
        return False
    folders = (test.strip("/") for test in tests)
    return not any(name == folder or name.startswith(f"{folder}/") for folder in folders)


def listed(tree: Path) -> Iterator[str]:
    """The files of a tree, relative to it, but for what running it makes."""
    for folder, _, names in walked(tree):
        for name in names:
            path = folder / name
            if not path.is_symlink() and not name.endswith(".pyc"):
                yield path.relative_to(tree).as_posix()


def links(tree: Path) -> dict[str, str]:
    """The links of a tree, and where they lead."""
    return {
        path.relative_to(tree).as_posix(): os.readlink(path)
        for folder, folders, names in walked(tree)
        for path in (folder / name for name in (*folders, *names))
        if path.is_symlink()
    }


def walked(tree: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """The folders of a tree with what is in them, but for what running it makes."""
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(name for name in folders if name not in _MADE)
        yield Path(folder), folders, names


def shares_its_state(service: Service) -> bool:
    """Whether two starts would prepare the same data: one of them would destroy the other's."""
    prepared = (*service.migrate, *service.seed)
    said = (*service.env.values(), *service.start, *prepared)
    return bool(prepared) and not any("{state}" in text for text in said)


@contextmanager
def started(
    gate: PlannedGate, session: Session, revision: Revision, grant: Grant | None = None
) -> Iterator[Running]:
    """The service of a revision, healthy. Raises ServiceError, Unavailable and OSError.

    Its environment is that of `grant`; without one it is made.
    """
    place = unused(session.scratch, "beside")
    given = grant or installed(session, revision, place)
    env, _ = environment.allowed(session.environ)
    try:
        with running(
            revision.target.service or Service(),
            tree=revision.tree,
            python=given.python or sys.executable,
            node=given.node,
            env=env,
            variables=session.secrets.variables,
            output=place / "service",
            cancel=session.cancel,
        ) as service:
            yield service
    finally:
        kept = session.results / gate.id / (OWN_LOG if grant else LOG)
        ingest.keep_log(place / "service" / "service.log", kept, session.secrets.redactor())


def installed(session: Session, revision: Revision, place: Path) -> Grant:
    """The environment of another revision, made in `place`. Raises Unavailable."""
    target = revision.target
    there = dataclasses.replace(session, target=target, tree=revision.tree, scratch=place)
    made = Environments(there)
    return Grant(
        python=made.python() if target.code else "",
        node=made.node() if target.node else "",
        node_modules=made.node_modules() if target.node else "",
    )


def unused(folder: Path, stem: str) -> Path:
    """A folder that was not there before."""
    number = next(n for n in range(1, 10_000) if not (folder / f"{stem}-{n}").exists())
    place = folder / f"{stem}-{number}"
    place.mkdir(parents=True)
    return place
