"""A tool with moods, `flips.py FILE`: it finds as many errors as FILE says, or takes it and hangs.

It sees what its control plants.
"""

import os
import sys
import time
from pathlib import Path

from _result import write

if Path(os.environ["FAKE_TREE"], "planted.txt").exists():
    seen = {"tool": "fake", "rule": "planted", "severity": "high", "message": "a defect"}
    write(errors=1, findings=[seen | {"metric": "fake.errors"}])
    sys.exit()
mood = Path(sys.argv[1]).read_text().strip()
if mood == "hangs":
    Path(sys.argv[1]).unlink()
    time.sleep(600)
write(errors=int(mood))
