"""Makes a session: the snapshot of the target, its base, its secrets, and the folders."""

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from gates.core.target import Target
from gates.runner.scratch import scratch_folder
from gates.runner.session import Programs, Secrets, Session
from gates.shell import bundled, environment, workspace
from gates.shell.git import GitError
from gates.shell.problems import did_you_mean
from gates.shell.process import Cancellation
from gates.shell.renames import renames
from gates.shell.variables import referenced


class PrepareError(Exception):
    """The run cannot start; the text says what is missing and what to do."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks of a session."""

    target: Target
    root: Path
    output: Path  # the run folder
    today: str
    base: str = ""
    advisories: str = ""
    consent: tuple[str, ...] = ()
    policy: Path | None = None  # the policy's file
    names_at: str = ""  # the revision whose paths name the findings: that of the baseline
    governed: bool = False  # whether the rules are those of the base revision


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where things that may be lost are kept between runs."""
    if named := environ.get("GATESCORE_CACHE") or environ.get("XDG_CACHE_HOME"):
        return Path(named).absolute() / "gatescore"
    home = Path(environ.get("HOME") or tempfile.gettempdir())
    return home / ".cache" / "gatescore"


@contextmanager
def session(
    wish: Wish,
    cancel: Cancellation,
    environ: Mapping[str, str],
    programs: Programs | None = None,
) -> Iterator[Session]:
    """The session, in a scratch folder that is removed afterwards. Raises PrepareError."""
    cache = cache_folder(environ)
    with ExitStack() as stack:
        try:
            scratch = stack.enter_context(scratch_folder(cache / "work"))
        except OSError as error:
            text = f"cache folder {cache}: {error.strerror}; name another with GATESCORE_CACHE"
            raise PrepareError(text) from error
        opened = made(wish, cancel, environ, cache, scratch)
        yield dataclasses.replace(opened, programs=programs or Programs())


def made(
    wish: Wish, cancel: Cancellation, environ: Mapping[str, str], cache: Path, scratch: Path
) -> Session:
    """Copy what is judged, and collect what is secret."""
    try:
        left_out = (wish.output, *excluded(wish.target, wish.root))
        copy = workspace.snapshot(wish.root, scratch / "tree", leave_out=left_out)
        revision = wish.base or workspace.default_base(wish.root, os.environ) or ""
        base = (
            workspace.snapshot_revision(wish.root, revision, scratch / "base") if revision else None
        )
        named = then_named(wish, revision, base, scratch)
        renamed = renames(named, copy.tree, scratch / "renamed") if named else {}
        subject = workspace.signoff_subject(wish.root)
    except (workspace.WorkspaceError, GitError) as error:
        raise PrepareError(str(error)) from error
    return Session(
        target=wish.target,
        tree=copy.tree,
        files=copy.files,
        base_tree=base,
        results=wish.output / "results",
        scratch=scratch,
        cache=cache,
        presets=bundled.config_folder() / "tools",
        environ=environ,
        secrets=Secrets(secret_variables(wish.target, environ)),
        cancel=cancel,
        revision=copy.revision,
        signoff_subject=subject,
        today=wish.today,
        advisories=wish.advisories or named_advisories(wish.target, copy.tree),
        consent=wish.consent,
        dirty=copy.dirty,
        digests=copy.digests,
        policy_folder=policy_folder(wish, base),
        root=wish.root,
        base=revision,
        renamed=renamed,
    )


def excluded(target: Target, root: Path) -> tuple[Path, ...]:
    """What is not judged: parts of other targets, and packages that are installed or committed."""
    named = tuple(root / path for path in target.exclude)
    return (*named, root / target.node.package / "node_modules") if target.node else named


def then_named(wish: Wish, revision: str, base: Path | None, scratch: Path) -> Path | None:
    """The tree whose paths name the findings: the baseline's, where git knows it, or the base."""
    if wish.names_at in ("", revision):
        return base
    try:
        return workspace.snapshot_revision(wish.root, wish.names_at, scratch / "named")
    except (workspace.WorkspaceError, GitError):  # a shallow clone, or a history that was rewritten
        return base


def policy_folder(wish: Wish, base: Path | None) -> Path:
    """Where the files beside the policy are: those of the base revision, where that governs."""
    if wish.policy is None:
        return Path()
    folder, root = wish.policy.parent.resolve(), wish.root.resolve()
    if wish.governed and base is not None and folder.is_relative_to(root):
        return base / folder.relative_to(root)
    return folder


def named_advisories(target: Target, tree: Path) -> str:
    """The advisory snapshot that the target file names, as a path."""
    dependencies = target.dependencies
    if dependencies is None or not dependencies.advisories:
        return ""
    return str(tree / dependencies.advisories)


def named_values(target: Target) -> dict[str, str]:
    """Every value of the target file that may name a variable, by its key."""
    auth, integration = target.auth, target.integration
    parts = {
        "auth.headers": auth.headers,
        "auth.login.body": auth.login.body if auth.login else {},
        "integration.env": integration.env if integration else {},
        "passwords": {"database": target.passwords.database} if target.passwords else {},
        "database": {"url": target.database.url} if target.database else {},
        "cache": {"redis": target.cache.redis} if target.cache else {},
    }
    for name, identity in target.identities.items():
        parts[f"identities.{name}.headers"] = identity.headers
        parts[f"identities.{name}.body"] = identity.body
    return {f"{part}.{key}": value for part, all in parts.items() for key, value in all.items()}


def secret_variables(target: Target, environ: Mapping[str, str]) -> dict[str, str]:
    """Values for the target's secrets: generated, or from the caller. Raises PrepareError."""
    service = target.service
    generated = environment.generate_secrets(service.env_generate) if service else {}
    given = service.env_from if service else ()
    wanted = {*given, *referenced(named_values(target).values())} - generated.keys()
    missing = sorted(name for name in wanted if name not in environ)
    if missing:
        known = sorted({*given, *generated} - set(missing))
        told = "; ".join(f"{name} ({whence(name, target, known)})" for name in missing)
        raise PrepareError(
            f"the environment lacks {told}: export each before the run, or name it in "
            "service.env_generate for a random value"
        )
    return {**{name: environ[name] for name in wanted}, **generated}


def whence(name: str, target: Target, known: list[str]) -> str:
    """The keys that name a variable, and the known one that may have been meant."""
    keys = ["service.env_from"] if target.service and name in target.service.env_from else []
    keys += [key for key, value in named_values(target).items() if name in referenced([value])]
    meant = did_you_mean(name, known)
    return "; ".join([", ".join(keys), *([meant] if meant else [])])
