"""A tool that works: `works.py [SECONDS [ERRORS]]`; `started` in its folder says that it began.

It sees what its control plants.
"""

import os
import sys
import time
from pathlib import Path

from _result import write

Path("started").touch()
time.sleep(float(sys.argv[1]) if sys.argv[1:] else 0)
if Path(os.environ["FAKE_TREE"], "planted.txt").exists():
    seen = {"tool": "fake", "rule": "planted", "severity": "high", "message": "a defect"}
    write(errors=1, findings=[seen | {"metric": "fake.errors"}])
else:
    write(errors=int(sys.argv[2]) if sys.argv[2:] else 0)
