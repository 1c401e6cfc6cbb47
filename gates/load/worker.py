"""Starts one worker of a load run, on any machine that reaches the master.

    python -m gates.load.worker --master HOST [--port 5557]

It takes the scenario from the master, and ends with it.
"""

import argparse
import os

from gates.load.team import worker_command

PORT = 5557  # Locust's own


def main() -> None:
    """Become Locust."""
    parser = argparse.ArgumentParser(prog="python -m gates.load.worker", description=__doc__)
    parser.add_argument("--master", required=True, help="host of the master")
    parser.add_argument("--port", type=int, default=PORT, help="port of the master")
    given = parser.parse_args()
    command = worker_command(given.master, given.port)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
