"""How soon `gatescore list` has said everything, against a Python that does nothing."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measure import interleaved, spread, timed
from bench.results import Row

ROUNDS = 21
FACTOR = 1.5
ALLOWED_MS = 200.0


def rows(scratch: Path) -> Iterator[Row]:
    """Measure."""
    ours = (str(Path(sys.executable).with_name("gatescore")), "list")
    nothing = (sys.executable, "-c", "pass")
    log = scratch / "log"
    found = interleaved(
        {
            name: partial(timed, argv, cwd=scratch, log=log)
            for name, argv in (("list", ours), ("pass", nothing))
        },
        ROUNDS,
    )
    pairs = zip(found["list"], found["pass"], strict=True)
    beyond = spread(1000 * (a.wall_s - FACTOR * b.wall_s) for a, b in pairs)
    what = "`gatescore list`, beyond 1.5 × `python -c pass`"
    yield Row(what=what, unit="ms", found=beyond, at_most=ALLOWED_MS)
    for name, what in (("list", "`gatescore list`"), ("pass", "`python -c pass`")):
        walls = spread(1000 * timing.wall_s for timing in found[name])
        yield Row(what=f"{what}: wall time", unit="ms", found=walls)
