"""Installs the packages of a Node target, and offers them to the judged tree.

Two layers, as for Python. The lower is what `npm ci` makes of package.json and package-lock.json;
it is kept in the cache under a digest of everything that decided its content. The upper belongs to
one run: a `node_modules` of links in the judged tree. Tools that keep a cache of their own inside
`node_modules` write into the upper layer, which is removed with the tree; packages that are folders
of the target itself (workspaces) are links into the judged tree, so that no stale code runs.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path

import msgspec

from gates.core.target import Node
from gates.shell import node_programs, stale
from gates.shell.installation import INSTALL_DEADLINE_S, EnvironmentFailed
from gates.shell.node_programs import NodePrograms
from gates.shell.process import Cancellation, Ending, Limits, execute
from gates.shell.variables import allowed

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
MODULES = "node_modules"
LAYOUT = "node-1"  # part of the digest: a change of what we store makes new environments
_DONE = "complete.json"
_DECIDING = ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc")
# Packages that are folders of the target: installing them needs more than the two files.
_LOCAL = re.compile(rb'"workspaces"\s*:|"link"\s*:\s*true|"file:')
_NOISE = re.compile(
    r"npm (warn|WARN|notice)\b.*|npm (error|ERR!)|"
    r".*\b(A complete log of this|Log files were not)\b.*"
)
_HELP = re.compile(r"npm error (Clean install a project|Usage:)")
_FIRST, _LAST = 4, 8  # lines of what npm says: the reason comes first, with a list after it
_QUIET = {"NPM_CONFIG_LOGS_MAX": "0", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}


class NodeEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """The program, and the `node_modules` of the judged tree."""

    node: Path
    modules: Path


class _Site(msgspec.Struct, frozen=True, kw_only=True):
    """What making one environment needs to know everywhere."""

    node: Node
    source: Path  # the package's folder in the judged tree
    home: Path  # the lower layer
    programs: NodePrograms
    env: Mapping[str, str]
    cancel: Cancellation
    output: Path  # logs, and the layer while it is made


def node_environment(
    node: Node,
    tree: Path,
    cache: Path,
    cancel: Cancellation,
    output: Path,
    *,
    env: Mapping[str, str] | None = None,
) -> NodeEnvironment:
    """Install, or find installed, and link into `tree`. `env` is the caller's environment.

    `output` and `cache` have to be on one file system. Raises EnvironmentFailed.
    """
    given = os.environ if env is None else env
    source = tree / node.package
    try:
        programs = node_programs.find(given)
        _expect(source, node)
        site = _Site(
            node=node,
            source=source,
            home=cache / "environments" / f"node-{_digest(node, source, programs)}",
            programs=programs,
            env=_environment(given, programs),
            cancel=cancel,
            output=output,
        )
        _provide(site)
        modules = link_modules(site.home / MODULES, source)
        return NodeEnvironment(node=programs.node, modules=modules)
    except node_programs.NodeMissing as error:
        raise EnvironmentFailed(str(error)) from error
    except OSError as error:
        raise EnvironmentFailed(f"{error.filename or cache}: {error.strerror}") from error


def _expect(source: Path, node: Node) -> None:
    locks = ("package-lock.json", "npm-shrinkwrap.json")
    if not (source / "package.json").is_file():
        raise EnvironmentFailed(f'node.package = "{node.package}": there is no package.json')
    if not node.install and not any((source / name).is_file() for name in locks):
        raise EnvironmentFailed(
            f'node.package = "{node.package}": there is no package-lock.json; make it with '
            "npm install --package-lock-only, and commit it"
        )


def _environment(given: Mapping[str, str], programs: NodePrograms) -> dict[str, str]:
    env, _ = allowed(given, registry=True)
    return {**env, "PATH": os.pathsep.join((programs.path, env["PATH"])), **_QUIET}


def _deciding(node: Node, source: Path) -> Iterator[Path]:
    """Files that decide what is installed: all of the package where parts of it are packages."""
    named = [source / name for name in _DECIDING if (source / name).is_file()]
    local = any(_LOCAL.search(path.read_bytes()) for path in named)
    if not node.install and not local:
        yield from named
        return
    for folder, names, files in os.walk(source):
        names[:] = sorted(name for name in names if name not in (MODULES, ".git"))
        yield from (Path(folder, name) for name in sorted(files))


def _digest(node: Node, source: Path, programs: NodePrograms) -> str:
    command = "\0".join(node.install or INSTALL)
    parts = [LAYOUT, programs.version, command]
    for path in _deciding(node, source):
        content = hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
        parts.append(f"{path.relative_to(source).as_posix()} {content}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _provide(site: _Site) -> None:
    """Make the lower layer unless it is there: in a folder of this run, then moved as a whole."""
    site.home.parent.mkdir(parents=True, exist_ok=True)
    stale.prune(site.home, _DONE)
    if (site.home / _DONE).is_file():
        stale.mark_used(site.home / _DONE)
        return
    made = site.output / "install"
    shutil.rmtree(made, ignore_errors=True)
    _copy(_deciding(site.node, site.source), site.source, made)
    _install(site, made)
    (made / MODULES).mkdir(exist_ok=True)  # a package without dependencies
    (made / _DONE).write_text("{}")
    try:
        made.rename(site.home)
    except OSError:
        if (site.home / _DONE).is_file():  # another run was faster
            return
        shutil.rmtree(site.home, ignore_errors=True)  # half removed by one that was killed
        made.rename(site.home)


def _copy(files: Iterable[Path], source: Path, destination: Path) -> None:
    destination.mkdir(parents=True)
    for file in files:
        target = destination / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target, follow_symlinks=False)


def _install(site: _Site, folder: Path) -> None:
    """Run the command. Raises EnvironmentFailed with the last lines that it said."""
    words = [word.replace("{node}", str(site.programs.node)) for word in site.node.install]
    argv = tuple(words) or INSTALL
    program = argv[0] if "/" in argv[0] else site.programs.program(argv[0])
    finished = execute(
        (program, *argv[1:]),
        cwd=folder,
        env=site.env,
        output=site.output,
        limits=Limits(deadline_s=INSTALL_DEADLINE_S),
        cancel=site.cancel,
        name="install",
    )
    if finished.ending is not Ending.EXITED or finished.exit_code != 0:
        ended = finished.detail or f"exit code {finished.exit_code}"
        said = _said(finished.stderr) or _said(finished.stdout)
        raise EnvironmentFailed(f"{' '.join(argv)}: {ended}\n{said}".strip())


def _said(log: Path) -> str:
    """What npm says of a failure, without its help and its gossip."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    before = takewhile(lambda line: not _HELP.match(line), lines)
    kept = [line for line in before if line.strip() and not _NOISE.fullmatch(line.rstrip())]
    if len(kept) > _FIRST + _LAST:
        kept = [*kept[:_FIRST], "…", *kept[-_LAST:]]
    return "\n".join(kept)


def link_modules(installed: Path, package: Path) -> Path:
    """Make the upper layer of `installed`, a `node_modules`, in the folder `package`.

    A `node_modules` that is there, one that the target commits, is not used and goes.
    """
    modules = package / MODULES
    shutil.rmtree(modules, ignore_errors=True)
    modules.mkdir()
    for entry in sorted(installed.iterdir()):
        if entry.name.startswith("@") and not entry.is_symlink():
            (modules / entry.name).mkdir()
            for scoped in sorted(entry.iterdir()):
                (modules / entry.name / scoped.name).symlink_to(_place(scoped, installed, package))
        else:
            (modules / entry.name).symlink_to(_place(entry, installed, package))
    return modules


def _place(entry: Path, installed: Path, package: Path) -> Path:
    """Where a link leads: into the lower layer, or for a folder of the target into the tree."""
    if entry.is_symlink():
        real, home = entry.resolve(), installed.parent.resolve()
        if real.is_relative_to(home) and not real.is_relative_to(home / MODULES):
            return package / real.relative_to(home)
    return entry
