"""Five gates on 25,000 lines run again: where nothing has changed since, and where one file has."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench import tree
from bench.gates import FRESH, Gates, ratio
from bench.measure import Timing, interleaved, spread
from bench.results import Row

ROUNDS = 7
EDITED = "src/shop/orders/service.py"  # imported by others; with a function more each time


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder. Runs from nothing neither read nor write the cache."""
    root = scratch / "tree"
    root.mkdir()
    tree.write(root)
    gates = Gates(root, scratch)
    actions = {
        "cold": partial(gates.run, FRESH),
        "unchanged": gates.run,
        "changed": partial(after_edit, gates, root / EDITED),
    }
    found = interleaved(actions, ROUNDS)
    walls = spread(timing.wall_s for timing in found["unchanged"])
    title = "the gates again with nothing changed"
    yield Row(what=f"{title}: wall time", unit="s", found=walls, at_most=0.5)
    cpu = spread(timing.cpu_s for timing in found["unchanged"])
    yield Row(what=f"{title}: CPU time", unit="s", found=cpu)
    what = "the gates after a change of one file, over measuring all anew"
    yield ratio(what, found["changed"], found["cold"], 0.4)
    walls = spread(timing.wall_s for timing in found["changed"])
    yield Row(what="the gates after a change of one file: wall time", unit="s", found=walls)


def after_edit(gates: Gates, file: Path) -> Timing:
    """One run, after a function more that no tool has anything to say about."""
    text = file.read_text("utf-8")
    number = text.count("\ndef ") + 1
    added = (
        f'\n\ndef added_{number}(given: int) -> int:\n    """One more."""\n    return given + 1\n'
    )
    file.write_text(text + added, encoding="utf-8")
    return gates.run()
