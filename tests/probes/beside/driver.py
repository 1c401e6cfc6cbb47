"""A load in the place of Locust: driver.py ORIGIN PATH SECONDS RATE [word …].

It writes the same result file. Words: `crash` ends without one, `garbage` writes none that can be
read, `gone` counts all requests as refused.
"""

import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import msgspec

from gates.core.load import Generator, LoadResult, Recorded

origin, path, seconds, rate, *words = sys.argv[1:]
sent = 0
begin = time.monotonic()
while time.monotonic() < begin + float(seconds):
    with suppress(OSError), urllib.request.urlopen(origin + path, timeout=5) as answer:
        answer.read()
    sent += 1
    time.sleep(max(begin + sent / float(rate) - time.monotonic(), 0))
if "crash" in words:
    sys.exit("something broke")
times = ((1000, sent),)
recorded = Recorded(requests=sent, failures={}, size=0, response=times, service=times)
result = LoadResult(
    finished=True,
    wanted_rate=float(rate),
    duration_s=float(seconds),
    scheduled=sent,
    handled=sent,
    warmup_requests=0,
    warmup_failures=0,
    trailing_gone=sent if "gone" in words else 0,
    total=recorded,
    operations={"all": recorded},
    generator=Generator(
        cpu_percent=1.0,
        lag=(),
        quiet=True,
        quiet_wait_s=0.0,
        other_cpu_percent=0.0,
        steal_percent=0.0,
    ),
    interval_s=1.0,
    intervals=(),
)
Path("result.json").write_bytes(b"[]" if "garbage" in words else msgspec.json.encode(result))
