"""A tool that sends one request to the service, then works on: `asks.py PATH [SECONDS]`."""

import contextlib
import os
import sys
import time
import urllib.request

from _result import write

with contextlib.suppress(OSError):
    urllib.request.urlopen(os.environ["FAKE_BASE_URL"] + sys.argv[1], timeout=5).read()
time.sleep(float(sys.argv[2]) if sys.argv[2:] else 0)
write()
