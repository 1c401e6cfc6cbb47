"""A load tool on a busy machine, `unsteady.py CALM ERRORS`: trusted in a folder CALM alone."""

import os
import sys
from pathlib import Path

from _result import write

calm, errors = sys.argv[1], int(sys.argv[2])
with Path(os.environ["FAKE_RESULTS"], Path.cwd().parent.name, "attempts").open("a") as file:
    file.write(f"{Path.cwd().name}\n")
if Path.cwd().name != calm:
    sys.exit(75)
write(errors=errors)
