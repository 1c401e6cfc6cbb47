"""A tool that resists: it ignores SIGTERM and leaves a group child, a session and a daemon.

Writes the pids of all four processes to the file it is given, one a line, then sleeps, or with
`exit N` as further arguments exits at once.
"""

import os
import signal
import sys
import time
from pathlib import Path


def note() -> None:
    with open(sys.argv[1], "a") as file:
        file.write(f"{os.getpid()}\n")


def sleep() -> None:
    note()
    print("still here", flush=True)
    time.sleep(600)
    os._exit(0)


Path(sys.argv[1]).touch()  # so that counting its lines never comes before the file
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
if os.fork() == 0:  # the same group
    sleep()
if os.fork() == 0:  # a session of its own
    os.setsid()
    sleep()
if os.fork() == 0:  # a daemon: own session, parent gone
    os.setsid()
    if os.fork() == 0:
        sleep()
    os._exit(0)
if sys.argv[2:]:
    while len(Path(sys.argv[1]).read_text().split()) < 3:
        time.sleep(0.01)
    os._exit(int(sys.argv[3]))
sleep()
