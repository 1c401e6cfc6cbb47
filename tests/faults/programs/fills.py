"""A tool that fills the disk it writes to, and says that all is well."""

import contextlib
from pathlib import Path

from _result import write

write()
with contextlib.suppress(OSError), Path("filling").open("wb") as file:
    while True:
        file.write(bytes(2**16))
        file.flush()
