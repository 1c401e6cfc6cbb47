"""Runs a target's tests with pytest under coverage.py, in the target's own interpreter.

Started by path; it needs nothing but the standard library and the target's pytest and coverage, and
writes down which versions these are: null for one that is missing. What the target's settings add
to measure coverage or to spread tests over processes is switched off: it would hide lines from us.
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


class Alone:
    """A plugin: no other coverage measurement, no worker processes."""

    def pytest_load_initial_conftests(self, early_config: Any) -> Iterator[None]:
        """pytest-cov decides here whether it starts."""
        if hasattr(early_config.known_args_namespace, "cov_source"):
            early_config.known_args_namespace.cov_source = []
        yield

    def pytest_cmdline_main(self, config: Any) -> Iterator[None]:
        """pytest-xdist decides here how many workers it starts."""
        if hasattr(config.option, "numprocesses"):
            config.option.numprocesses = None
            config.option.dist = "no"
            config.option.tx = []
        yield


def main(arguments: list[str]) -> int:
    """Write the versions; with both there, run pytest and save what it covered."""
    given = _parser().parse_args(arguments)
    pytest, coverage = _imported("pytest"), _imported("coverage")
    versions = {
        "pytest": pytest and pytest.__version__,
        "coverage": coverage and coverage.__version__,
    }
    Path(given.versions).write_text(json.dumps(versions), encoding="utf-8")
    if not all(versions.values()):
        return MISSING
    measured = coverage.Coverage(
        data_file=given.data_file, config_file=given.rcfile, source=given.source.split(",")
    )
    _import_first(given.root)
    measured.start()
    try:
        return int(pytest.main(given.rest, plugins=[_alone(pytest)]))
    finally:
        measured.stop()
        measured.save()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--versions", "--data-file", "--rcfile", "--source"):
        parser.add_argument(name, required=True)
    parser.add_argument("--root", action="append", default=[])
    parser.add_argument("rest", nargs="*")
    return parser


def _imported(name: str) -> Any:
    """The module, None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _import_first(folders: list[str]) -> None:
    """Put the folders where the one of this program was."""
    here = os.getcwd()
    places = dict.fromkeys(os.path.normpath(os.path.join(here, folder)) for folder in folders)
    sys.path[:1] = list(places)


def _alone(pytest: Any) -> Alone:
    """The plugin, its hooks marked here: at its definition there may be no pytest."""
    mark = pytest.hookimpl(hookwrapper=True, tryfirst=True)
    mark(Alone.pytest_load_initial_conftests)
    mark(Alone.pytest_cmdline_main)
    return Alone()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
