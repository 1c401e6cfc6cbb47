"""The front door: makes the environments and hands everything after `--` to our program."""

import hashlib
import os
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent
LOCKS = ROOT / "config" / "lock"
BIN = ROOT / ".nox" / "tools" / ("Scripts" if os.name == "nt" else "bin")
PYTHONS = ["3.11", "3.12", "3.13"]
APART = ("tests/browser", "tests/clean", "tests/e2e", "tests/soak")  # each is a session of its own
GATES = (
    *("build", "lint", "format", "types", "security", "secrets", "dependencies", "tests"),
    *("schema", "smoke", "review", "contract", "compatibility", "parity", "api-design"),
    *("integration", "oracles", "contracts", "injection", "passwords", "headers", "auth"),
    *("authorization", "rate-limit", "errors", "observability", "resilience", "load"),
    *("database", "resources", "operations", "scale", "cache", "features", "risks"),
    *("claims", "documentation", "deployment"),
    *("availability", "sign-off", "evidence", "owasp", "freshness", "definition-of-done"),
)

nox.needs_version = ">=2026.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["gates"]
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
os.environ.setdefault("UV_COMPILE_BYTECODE", "1")  # no tool writes any: each start would compile


def install(session: nox.Session, lock: str) -> None:
    """Install a lock file and ourselves, unless just that is installed already."""
    file = LOCKS / lock
    known = file.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + bytes(ROOT)
    stamp = Path(session.virtualenv.location) / "installed.sha256"
    wanted = hashlib.sha256(known).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    session.install("--require-hashes", "-r", str(file))
    session.install("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    compiled = ("-m", "compileall", "-q", str(ROOT / "gates"), str(ROOT / "reports"))
    session.run("python", *compiled, silent=True)
    stamp.write_text(wanted)


def gatescore(session: nox.Session, *arguments: str) -> None:
    """Run our program: its exit code is the verdict, and a Ctrl-C leaves it time to save."""
    try:
        session.run(
            str(BIN / "gatescore"),
            *arguments,
            *session.posargs,
            external=True,
            log=False,
            stderr=None,
            interrupt_timeout=8,
            terminate_timeout=3,
        )
    except CommandFailed as error:
        raise SystemExit(error.return_code) from None


@nox.session(reuse_venv=True)
def tools(session: nox.Session) -> None:
    """Make the environment that holds gatescore and every tool it runs."""
    install(session, "tools.txt")


@nox.session(venv_backend="none", requires=["tools"])
def gates(session: nox.Session) -> None:
    """Judge a target at all levels: nox -s gates -- [TARGET] [options]."""
    gatescore(session, "run")


@nox.session(venv_backend="none", requires=["tools"])
def prove(session: nox.Session) -> None:
    """Plant a defect for each tool, and see whether its gate catches it: nox -s prove -- [GATE]."""
    gatescore(session, "prove")


def level_session(number: int) -> None:
    """Offer `level1`, `level2` and `level3`: each includes the lower ones, and decides."""

    def level(session: nox.Session) -> None:
        gatescore(session, "run", "--level", str(number))

    level.__doc__ = f"Run the gates up to level {number}, which decides."
    nox.session(name=f"level{number}", venv_backend="none", requires=["tools"])(level)


def gate_session(gate: str) -> None:
    """Offer one gate as a session of its name; `tests` is ours, so that gate is `gate-tests`."""
    name = "gate-tests" if gate == "tests" else gate

    def single(session: nox.Session) -> None:
        gatescore(session, "run", "--gate", gate)

    single.__doc__ = f"Run the gate {gate} alone."
    nox.session(name=name, venv_backend="none", requires=["tools"])(single)


for number in (1, 2, 3):
    level_session(number)
for gate in GATES:
    gate_session(gate)


def run_tests(session: nox.Session) -> None:
    """Our own tests, then the floor under the coverage of what decides and what renders."""
    install(session, "dev.txt")
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    apart = [f"--ignore={room}" for room in APART]
    covered = ("--cov=gates", "--cov=reports", "--cov-report=")
    session.run("coverage", "erase")
    session.run("pytest", "tests", *apart, *covered, "--numprocesses=3", "--dist=worksteal")
    rooms = "--include=gates/core/*,gates/tools/*,reports/*"
    session.run("coverage", "report", rooms, "--precision=2", "--fail-under=95", silent=True)


@nox.session(reuse_venv=True)
def tests(session: nox.Session) -> None:
    """Run our own tests on this Python."""
    run_tests(session)


@nox.session(name="tests-all", python=PYTHONS, reuse_venv=True)
def tests_all(session: nox.Session) -> None:
    """Run our own tests on every Python we support."""
    run_tests(session)


@nox.session(reuse_venv=True)
def check(session: nox.Session) -> None:
    """Lint, format, types and import contracts of this repository."""
    install(session, "dev.txt")
    session.run("ruff", "check", "--no-cache", ".")
    session.run("ruff", "format", "--check", "--no-cache", ".")
    session.run("mypy")
    session.run("lint-imports", "--no-cache")


@nox.session(reuse_venv=True, requires=["tools"])
def docs(session: nox.Session) -> None:
    """Build the documentation site into .gatescore/docs/site; a link to nowhere fails."""
    session.install("--require-hashes", "-r", str(LOCKS / "docs.txt"))
    folder = ROOT / ".gatescore" / "docs"
    python = str(BIN / "python")
    session.run(python, "-m", "manual", "assemble", str(folder), external=True)
    session.run("zensical", "build", "--strict", "-f", str(folder / "mkdocs.yml"))
    session.run(python, "-m", "manual", "check", str(folder), external=True)


@nox.session(reuse_venv=True)
def e2e(session: nox.Session) -> None:
    """Run the whole product on whole services, one at a time: they measure speed."""
    install(session, "dev.txt")
    session.run("pytest", *(session.posargs or ("tests/e2e",)))


@nox.session(reuse_venv=True)
def browser(session: nox.Session) -> None:
    """Open the scorecard in a real browser (Debian: apt-get install chromium)."""
    install(session, "dev.txt")
    session.run("pytest", *(session.posargs or ("tests/browser",)))


@nox.session(reuse_venv=True)
def dist(session: nox.Session) -> None:
    """Install the wheel with pip and uv on every Python that is here, and let it judge."""
    install(session, "dev.txt")
    session.run("pytest", *(session.posargs or ("tests/clean",)))


@nox.session(reuse_venv=True)
def soak(session: nox.Session) -> None:
    """The long loops of the fault tests."""
    install(session, "dev.txt")
    session.run("pytest", *(session.posargs or ("tests/soak",)))


@nox.session(reuse_venv=True)
def bench(session: nox.Session) -> None:
    """Measure ourselves side by side with what a user would pick instead."""
    install(session, "dev.txt")
    session.run("python", "-m", "bench", *session.posargs)
