"""Runs a target's tests with pytest under coverage.py, in the target's own interpreter.

Started by path; it needs nothing but the standard library and the target's pytest and coverage, and
writes down which versions these are: null for one that is missing. The last thing that it writes is
how the session went, as it saw it from inside: without that file the process ended early.

The target's pytest settings hold, because its tests need them; what they measure themselves does
not, and options in them that make a run look better than it is are switched off (OFF).
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MISSING = 97
HOOK = "a1_coverage.pth"  # with it coverage.py can start in every Python process below this one
# Options of pytest by their names inside, with the values of a run that nobody restricted. With
# those of FAKING only fixtures run, and every test "passes".
FAKING: dict[str, Any] = {"setuponly": False, "setupplan": False}
ONLY_HIDING: dict[str, Any] = {"collectonly": False, "keyword": "", "deselect": None, "maxfail": 0}
CHOOSING: dict[str, Any] = {"markexpr": "", "ignore": None, "ignore_glob": None}
HIDING = {**FAKING, **ONLY_HIDING}
OFF = {"ours": HIDING, "target": FAKING, "stricter": {**HIDING, **CHOOSING}}
WRAPPING = ("pytest_load_initial_conftests", "pytest_cmdline_main")
OPTIONAL = (
    "pytest_xdist_node_collection_finished",
    "pytest_testnodeready",
    "pytest_testnodedown",
)  # hooks of pytest-xdist
AGAIN = ("rerun", "retried")  # how the plugins rerunfailures and retry call a failed attempt


class Settings:
    """A plugin: no other coverage measurement, no option of `off`, workers only if counted."""

    def __init__(self, off: dict[str, Any], workers: bool) -> None:
        self.off = off
        self.workers = workers
        self.switched_off: list[str] = []

    def pytest_load_initial_conftests(self, early_config: Any) -> Iterator[None]:
        """pytest-cov decides here whether it starts; its workers read the arguments again."""
        if hasattr(early_config.known_args_namespace, "cov_source"):
            early_config.known_args_namespace.cov_source = []
            given = early_config.invocation_params
            early_config.invocation_params = type(given)(
                args=(*given.args, "--no-cov"), plugins=given.plugins, dir=given.dir
            )
        yield

    def pytest_cmdline_main(self, config: Any) -> Iterator[None]:
        """pytest-xdist decides here how many workers it starts: they read the options again."""
        for name, value in self.off.items():
            if getattr(config.option, name, None):
                setattr(config.option, name, value)
                self.switched_off.append(name)
        if hasattr(config.option, "numprocesses") and (self.switched_off or not self.workers):
            config.option.numprocesses = None
            config.option.dist = "no"
            config.option.tx = []
        yield


class Record:
    """A plugin: what was collected, what came of it, and which workers came to their end."""

    def __init__(self) -> None:
        self.addopts: list[str] = []
        self.collected: set[str] = set()
        self.attempts: dict[str, list[str]] = {}
        self.deselected = 0
        self.ready = 0
        self.lost: list[str] = []
        self.interrupted = ""
        self._phases: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def pytest_configure(self, config: Any) -> None:
        """The options that the target's settings add to every run."""
        self.addopts = [str(option) for option in config.getini("addopts")]

    def pytest_deselected(self, items: Any) -> None:
        """Tests that an option or a plugin took out."""
        self.deselected += len(items)

    def pytest_collection_finish(self, session: Any) -> None:
        """Tests that are to run, without workers."""
        self.collected.update(item.nodeid for item in session.items)

    def pytest_xdist_node_collection_finished(self, ids: Any) -> None:
        """Tests that are to run, as a worker found them."""
        self.collected.update(ids)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """One phase of one attempt; after the tear-down the attempt is over."""
        key = (report.nodeid, getattr(report, "worker_id", ""))
        phases = self._phases.setdefault(key, [])
        phases.append((report.when, report.outcome))
        ended = self.attempts.setdefault(report.nodeid, [])
        if report.outcome in AGAIN:
            ended.append("failed")
        if report.when == "teardown":
            del self._phases[key]
            ended += [outcome for outcome in [_outcome(phases)] if outcome]

    def pytest_testnodeready(self) -> None:
        """A worker began."""
        self.ready += 1

    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """A worker ended; without an error it has come to the end of its session."""
        if error:
            self.lost.append(f"{node.gateway.id}: {str(error).strip().splitlines()[-1]}")

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """pytest.exit() in a test, or a signal."""
        self.interrupted = f"{excinfo.typename}: {excinfo.value}"


def _outcome(phases: list[tuple[str, str]]) -> str:
    """How an attempt ended; "" for one that was told as failed already.

    The plugin flaky drops the phase of a failed attempt: a test that was not called has failed.
    """
    outcomes = [outcome for _, outcome in phases]
    told = outcomes[-1] in AGAIN or (outcomes[-1] == "passed" and set(AGAIN) & set(outcomes[-2:-1]))
    if told:
        return ""
    if "failed" in outcomes:
        return "failed"
    if "skipped" in outcomes:
        return "skipped"
    return "passed" if "call" in [when for when, _ in phases] else "failed"


def main(arguments: list[str]) -> int:
    """Write the versions; with both there, run pytest, and save how it went and what it covered."""
    given = _parser().parse_args(arguments)
    pytest, coverage = _imported("pytest"), _imported("coverage")
    versions = {
        "pytest": pytest and pytest.__version__,
        "coverage": coverage and coverage.__version__,
    }
    Path(given.versions).write_text(json.dumps(versions), encoding="utf-8")
    if not all(versions.values()):
        return MISSING
    processes = (Path(coverage.__file__).parents[1] / HOOK).is_file()
    measured = _coverage(coverage, given, processes)
    _import_first(given.root)
    settings, record = Settings(OFF[given.configuration], processes), Record()
    measured.start()
    try:
        code = int(pytest.main(given.rest, plugins=[_marked(pytest, settings, record), record]))
        told = _told(code, settings, record, processes)
        Path(given.session).write_text(json.dumps(told), encoding="utf-8")
        return code
    finally:
        measured.stop()
        measured.save()
        if processes:
            _combine(coverage, given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--versions", "--session", "--data-file", "--rcfile", "--source"):
        parser.add_argument(name, required=True)
    parser.add_argument("--configuration", choices=tuple(OFF), default="ours")
    parser.add_argument("--root", action="append", default=[])
    parser.add_argument("rest", nargs="*")
    return parser


def _imported(name: str) -> Any:
    """The module, None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _coverage(coverage: Any, given: argparse.Namespace, processes: bool) -> Any:
    """The measurement; each process below this one, wherever it works, writes a file of its own."""
    measured = coverage.Coverage(
        data_file=given.data_file,
        config_file=given.rcfile,
        source=[os.path.abspath(folder) for folder in given.source.split(",")],
        data_suffix=processes or None,
    )
    if processes:
        measured.set_option("run:parallel", True)
        measured.set_option("run:patch", ["subprocess"])
    return measured


def _combine(coverage: Any, given: argparse.Namespace) -> None:
    """Make one file of those of all processes."""
    whole = coverage.Coverage(data_file=given.data_file, config_file=given.rcfile)
    whole.combine([str(Path(given.data_file).parent)])
    whole.save()


def _import_first(folders: list[str]) -> None:
    """Put the folders where the one of this program was."""
    here = os.getcwd()
    places = dict.fromkeys(os.path.normpath(os.path.join(here, folder)) for folder in folders)
    sys.path[:1] = list(places)


def _marked(pytest: Any, settings: Settings, record: Record) -> Settings:
    """The first plugin, the hooks of both marked here: at their definition may be no pytest."""
    for plugin, names, mark in (
        (Settings, WRAPPING, pytest.hookimpl(hookwrapper=True, tryfirst=True)),
        (type(record), OPTIONAL, pytest.hookimpl(optionalhook=True)),
    ):
        for name in names:
            mark(getattr(plugin, name))
    return settings


def _told(code: int, settings: Settings, record: Record, processes: bool) -> dict[str, object]:
    """How the session went, as gates/tools/formats/pytest_session.py reads it."""
    plain = (["passed"], ["skipped"])
    return {
        "exit_code": code,
        "collected": len(record.collected),
        "missing": sorted(record.collected - record.attempts.keys()),
        "deselected": record.deselected,
        "workers": record.ready,
        "lost": sorted(record.lost),
        "attempts": {id: ends for id, ends in record.attempts.items() if ends not in plain},
        "addopts": record.addopts,
        "switched_off": settings.switched_off,
        "interrupted": record.interrupted,
        "child_processes": processes,
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
