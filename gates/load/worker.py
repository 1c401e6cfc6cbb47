"""Starts one worker of a load run, on any machine that reaches the master.

    python -m gates.load.worker --master HOST [--port 5557] [--i-own-this-target ORIGIN]

It takes the scenario from the master, and ends with it.
"""

import argparse
import os

from gates.shell.lifeline import end_with_parent

PORT = 5557  # Locust's own


def main() -> None:
    """Become Locust."""
    end_with_parent()  # before what takes long to import: a parent may end any time
    from gates.load import permission
    from gates.load.team import worker_command

    parser = argparse.ArgumentParser(prog="python -m gates.load.worker", description=__doc__)
    parser.add_argument("--master", required=True, help="host of the master")
    parser.add_argument("--port", type=int, default=PORT, help="port of the master")
    owned = "origin that may be loaded, if it is not this machine"
    parser.add_argument("--i-own-this-target", action="append", default=[], help=owned)
    given = parser.parse_args()
    command = worker_command(given.master, given.port)
    env = {**os.environ, **permission.variable(given.master, given.i_own_this_target)}
    os.execve(command[0], command, env)  # noqa: S606


if __name__ == "__main__":
    main()
