"""A tool that ignores SIGTERM and leaves a session and a daemon: `resists.py PIDS [exit]`.

Writes the pids of all of them to the file it is given, one a line, then sleeps; with `exit` it
writes a perfect result and exits 0, and they stay.
"""

import os
import signal
import sys
import time
from pathlib import Path

from _result import write


def sleep() -> None:
    with open(sys.argv[1], "a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(600)
    os._exit(0)


signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        sleep()
    os._exit(0)
if os.fork() == 0:
    sleep()
while not Path(sys.argv[1]).exists() or len(Path(sys.argv[1]).read_text().split()) < 2:
    time.sleep(0.01)
Path("started").touch()
if sys.argv[2:]:
    write()
    os._exit(0)
sleep()
