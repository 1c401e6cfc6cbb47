"""A tool that works, and puts a folder where the named file of the run folder will be written."""

import os
import sys
from pathlib import Path

from _result import write

Path(os.environ["FAKE_RESULTS"], "..", sys.argv[1], "in-the-way").mkdir(parents=True)
write()
