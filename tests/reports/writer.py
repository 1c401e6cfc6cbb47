"""Keeps runs in a history from a process of its own: writer.py PLACE NAME COUNT."""

import sys

from reports.history import History
from reports.recorded import Term
from tests.reports.lines import run

place, name, count = sys.argv[1:]
history = History(place)
for number in range(int(count)):
    shared = run(number)  # both processes bring this one
    own = run(number, run=f"{name}-{number}")
    history.keep(shared, {"load.p95": Term("load", "<= 200", "ms", "p95")})
    history.keep(own)
