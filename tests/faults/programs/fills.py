"""A tool that fills the disk of the run, and says that all is well."""

import contextlib
import os
from pathlib import Path

from _result import write

write()
with contextlib.suppress(OSError), Path(os.environ["FAKE_RESULTS"], "filling").open("wb") as file:
    while True:
        file.write(bytes(2**16))
        file.flush()
