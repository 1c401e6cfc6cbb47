"""Runs a target's tests with pytest in the target's own interpreter, measured from outside.

Started by path under `coverage run` with the folders to import from, "--", and pytest's arguments.
It needs nothing but the standard library and the target's pytest. What the target's settings add to
measure coverage or to spread tests over processes is switched off: it would hide lines from us.
"""

import os
import sys
from collections.abc import Iterator
from typing import Any

NO_PYTEST = 97

try:
    import pytest
except ImportError:
    sys.stderr.write("pytest is not installed in the target environment\n")
    raise SystemExit(NO_PYTEST) from None


class Alone:
    """A plugin: no other coverage measurement, no worker processes."""

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: Any) -> Iterator[None]:
        """pytest-cov decides here whether it starts."""
        if hasattr(early_config.known_args_namespace, "cov_source"):
            early_config.known_args_namespace.cov_source = []
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: Any) -> Iterator[None]:
        """pytest-xdist decides here how many workers it starts."""
        if hasattr(config.option, "numprocesses"):
            config.option.numprocesses = None
            config.option.dist = "no"
            config.option.tx = []
        yield


def main(arguments: list[str]) -> int:
    """Import from the given folders first, then run pytest."""
    split = arguments.index("--")
    here = os.getcwd()
    folders = dict.fromkeys(os.path.join(here, folder) for folder in arguments[:split])
    sys.path[:1] = [os.path.normpath(folder) for folder in folders]
    return int(pytest.main(arguments[split + 1 :], plugins=[Alone()]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
