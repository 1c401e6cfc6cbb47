"""A tool that asks the service to count, and writes down the answer: `counts.py FILE`."""

import os
import sys
import urllib.request
from pathlib import Path

from _result import write

with urllib.request.urlopen(os.environ["FAKE_BASE_URL"] + "/count", timeout=5) as answer:
    said = answer.read().decode()
with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
    file.write(f"{os.environ['FAKE_BASE_URL']} {said} {os.environ.get('GATESCORE_AUTH', '')}\n")
write()
