"""A tool that saves a perfect result and exits 0 when it is asked to end."""

import os
import signal
import time
from pathlib import Path

from _result import write


def save(*_: object) -> None:
    write()
    os._exit(0)


signal.signal(signal.SIGTERM, save)
signal.signal(signal.SIGINT, save)
Path("started").touch()
time.sleep(600)
