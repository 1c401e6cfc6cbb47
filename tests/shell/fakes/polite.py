"""A tool that saves its result and exits 0 on a signal; it writes the signal's name to a file."""

import os
import signal
import sys
import time


def save(number: int, _frame: object) -> None:
    with open(sys.argv[1], "w") as file:
        file.write(signal.Signals(number).name)
    os._exit(0)


signal.signal(signal.SIGTERM, save)
signal.signal(signal.SIGINT, save)
print("ready", flush=True)
time.sleep(600)
