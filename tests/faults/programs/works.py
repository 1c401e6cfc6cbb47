"""A tool that works: `works.py [SECONDS [ERRORS]]`; `started` in its folder says that it began."""

import sys
import time
from pathlib import Path

from _result import write

Path("started").touch()
time.sleep(float(sys.argv[1]) if sys.argv[1:] else 0)
write(errors=int(sys.argv[2]) if sys.argv[2:] else 0)
