"""Makes the environment that a target's code runs in.

Two layers. The lower holds what the target depends on and the metadata and commands of its own
packages, but none of their code; it is kept in the cache under a digest of everything that decided
its content. The upper belongs to one run: a virtual environment of links whose path leads to the
import roots of the judged tree first and to the lower layer then. So installing happens once, and
yet every import of the target's own code comes from the very files that are judged.
"""

import fcntl
import os
import select
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gates.core.target import Code
from gates.shell import interpreters, own_code, requirements, stale
from gates.shell.process import Cancellation, Ending, Finished, Limits, execute
from gates.shell.variables import allowed

INSTALL_DEADLINE_S = 900.0
TAIL_LINES = 12
LAYOUT = "2"  # part of the digest: a change of what we store makes new environments
_DONE = "complete.json"


class EnvironmentFailed(Exception):
    """The environment could not be made; `detail` ends with the last lines of the log."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class _Site(msgspec.Struct, frozen=True, kw_only=True):
    """What making one environment needs to know everywhere."""

    code: Code
    tree: Path
    home: Path  # the lower layer
    base: Path  # the interpreter it is made of
    env: Mapping[str, str]
    cancel: Cancellation
    output: Path  # logs

    @property
    def python(self) -> Path:
        return self.home / "bin" / "python"


def target_environment(
    code: Code,
    tree: Path,
    cache: Path,
    base_python: Path,
    cancel: Cancellation,
    output: Path,
    *,
    env: Mapping[str, str] | None = None,
) -> Path:
    """Return the interpreter of a fresh environment for `tree`, made in `output`/environment.

    `env` is the caller's environment by default: package managers get its registry settings.
    Raises EnvironmentFailed.
    """
    given = os.environ if env is None else env
    try:
        base = interpreters.find(code.python, default=base_python, root=tree, environ=given)
        missing = [name for name in code.requirements if not (tree / name).is_file()]
        if missing:
            raise EnvironmentFailed(f"code.requirements: {', '.join(missing)}: no such file")
        key = requirements.digest(code, tree, LAYOUT, _installer(), str(base.path), base.build)
        site = _Site(
            code=code,
            tree=tree,
            home=cache / "environments" / key,
            base=base.path,
            env=_environment(given) | {"TMPDIR": str(output / "tmp")},
            cancel=cancel,
            output=output,
        )
        (output / "tmp").mkdir(parents=True, exist_ok=True)
        _provide(site)
        return own_code.layer(site.home, output / "environment", tree, code.paths)
    except (interpreters.InterpreterMissing, own_code.NotFound) as error:
        raise EnvironmentFailed(str(error)) from error
    except OSError as error:
        raise EnvironmentFailed(f"{error.filename or cache}: {error.strerror}") from error


def _provide(site: _Site) -> None:
    """Make the lower layer unless it is complete; one runner at a time."""
    site.home.parent.mkdir(parents=True, exist_ok=True)
    stale.prune(site.home, _DONE)
    with _locked(site.home.with_suffix(".lock"), site.cancel):
        if (site.home / _DONE).is_file():
            stale.mark_used(site.home / _DONE)
            return
        shutil.rmtree(site.home, ignore_errors=True)  # of a runner that was killed
        _install(site)
        own_code.strip(site.home, site.home / "source")
        _compile(site)
        partial = site.home / f"{_DONE}.partial"
        partial.write_text("{}")
        partial.replace(site.home / _DONE)


def _install(site: _Site) -> None:
    _run(site, "create", _create(site))
    source = site.home / "source"
    shutil.copytree(site.tree, source, symlinks=True)  # building writes into what it builds
    for number, argv in enumerate(_installs(site, source)):
        _run(site, f"install-{number}", argv, cwd=source)


def _compile(site: _Site) -> None:
    """Compile what was installed: tools write no bytecode, so that every start would do it anew.

    What is no Python of this version, such as a template, stays as it is.
    """
    installed = str(own_code.site_packages(site.home))
    argv = (str(site.python), "-I", "-m", "compileall", "-q", "-j", "0", installed)
    finished = _executed(site, "compile", argv)
    if finished.ending is not Ending.EXITED:
        raise _failed(site, argv, finished)


def _installs(site: _Site, source: Path) -> Iterator[tuple[str, ...]]:
    install = _install_command(site)
    for name in site.code.requirements:
        hashes = ("--require-hashes",) if requirements.is_hashed(source / name) else ()
        yield (*install, *hashes, "-r", name)
    packages = site.code.packages
    bare = ("--no-deps",) if site.code.requirements else ()
    if packages:
        yield (*install, *bare, *(_spelt(name) for name in packages))


def _spelt(package: str) -> str:
    if not requirements.is_local(package) or package.startswith(("/", "~", "file:")):
        return package
    return package if package.startswith(".") else f"./{package}"


def _uv() -> Path | None:
    beside = Path(sys.executable).parent / "uv"
    return beside if beside.is_file() else None


def _installer() -> str:
    return "uv" if _uv() else "pip"


def _create(site: _Site) -> tuple[str, ...]:
    uv = _uv()
    if uv is None:
        return (str(site.base), "-m", "venv", str(site.home))
    return (str(uv), "venv", "--no-project", "--python", str(site.base), str(site.home))


def _install_command(site: _Site) -> tuple[str, ...]:
    uv, python = _uv(), str(site.python)
    if uv is None:
        quiet = ("--no-input", "--disable-pip-version-check", "--progress-bar", "off")
        return (python, "-m", "pip", "install", *quiet)
    return (str(uv), "pip", "install", "--no-progress", "--color", "never", "--python", python)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    env, _ = allowed(environ, registry=True)
    # A copy has no history to read a version from; the metadata of a judged tree needs none.
    pretended = ("SETUPTOOLS_SCM_PRETEND_VERSION", "PBR_VERSION", "PDM_BUILD_SCM_VERSION")
    return env | dict.fromkeys(pretended, "0.0.0") | {"UV_PYTHON_DOWNLOADS": "never"}


def _run(site: _Site, name: str, argv: tuple[str, ...], cwd: Path | None = None) -> None:
    finished = _executed(site, name, argv, cwd)
    if finished.ending is not Ending.EXITED or finished.exit_code != 0:
        raise _failed(site, argv, finished)


def _executed(site: _Site, name: str, argv: tuple[str, ...], cwd: Path | None = None) -> Finished:
    return execute(
        argv,
        cwd=cwd or site.output,
        env=site.env,
        output=site.output,
        limits=Limits(deadline_s=INSTALL_DEADLINE_S),
        cancel=site.cancel,
        name=name,
    )


def _failed(site: _Site, argv: tuple[str, ...], finished: Finished) -> EnvironmentFailed:
    """Remove what is half made, and say what happened."""
    shown = [Path(argv[0]).name, *argv[1:]]
    ended = finished.detail or f"exit code {finished.exit_code}"
    tail = _tail(finished.stderr) or _tail(finished.stdout)
    shutil.rmtree(site.home, ignore_errors=True)
    return EnvironmentFailed(f"{' '.join(shown)}: {ended}\n{tail}".strip())


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join([line for line in lines if line.strip()][-TAIL_LINES:])


@contextmanager
def _locked(path: Path, cancel: Cancellation) -> Iterator[None]:
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # flock cannot be waited for together with a cancellation
                if select.select([cancel], [], [], 0.1)[0]:
                    raise EnvironmentFailed("cancelled while another run installs") from None
        yield
