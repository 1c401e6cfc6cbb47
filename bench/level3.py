"""The gates of level 3 that need no running service, on 25,000 lines with all their papers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench import papers
from bench.judging import gatescore
from bench.measure import Failed, Timing, interleaved, spread, timed
from bench.results import Row

ROUNDS = 7
LOOKING = ("features", "risks", "claims", "documentation", "deployment")
GATES = (*LOOKING, "sign-off", "evidence", "owasp", "freshness", "definition-of-done")
RESULTS = "results"  # reads the report of the tests that is there: requirements rest on it
ITEMS = (
    *("penetration-test", "runbook-drill", "restore-drill", "rollback-drill"),
    "encryption-at-rest",
)
POLICY = """\
extends = "standard"
name = "release"

[people.ada]
name = "Ada Example"
emails = ["ada@example.com"]
roles = ["administrator"]
[[people.ada.keys]]
valid_after = 2020-01-01
key = '''
{key}'''

[tools.results]
format = "junit"
files = ["reports/junit.xml"]

[gates.results]
level = 1
title = "Tests"
tools = ["results"]
[gates.results.criteria."results.failed"]
title = "Tests that fail"
metric = "results.failed"
pass = [["== 0"]]
"""


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    release = Release(scratch)
    lines = release.write()
    run, judge = release.run, partial(release.again, "judge", "--policy", "strict")
    found = interleaved({"run": run, "judge": judge}, ROUNDS)
    title = f"{len(GATES)} gates of level 3 without a service, {lines:,} lines"
    walls = spread(timing.wall_s for timing in found["run"])
    yield Row(what=f"{title}: wall time", unit="s", found=walls, at_most=5.0)
    cpu = spread(timing.cpu_s for timing in found["run"])
    yield Row(what=f"{title}: CPU time", unit="s", found=cpu)
    walls = spread(timing.wall_s for timing in found["judge"])
    what = "judging them again under another policy: wall time"
    yield Row(what=what, unit="s", found=walls, at_most=1.0)


class Release:
    """A tree before its release, and the programs that judge it."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._root, self._key = scratch / "tree", scratch / "ada"
        self._policy = scratch / "release.toml"
        self._count = 0

    def write(self) -> int:
        """Write the tree, run once, and sign what has taken place; returns its lines of Python."""
        self._root.mkdir()
        lines = papers.write(self._root)
        self._gatescore("keygen", str(self._key))
        key = self._key.with_name("ada.pub").read_text("utf-8")
        self._policy.write_text(POLICY.format(key=key), encoding="utf-8")
        self.run()
        for item in ITEMS:
            took_place = ("--item", item, "--date", str(datetime.now(UTC).date()))
            self.again("approve", "--role", "administrator", "--key", str(self._key), *took_place)
        papers.commit(self._root, {}, "signed")
        return lines

    def run(self) -> Timing:
        """One run of the gates into a new folder, nothing taken over. Raises Failed."""
        self._count += 1
        chosen = [word for gate in (RESULTS, *GATES) for word in ("--gate", gate)]
        options = ("--policy", str(self._policy), "--base", "base", "--fresh")
        took = self._gatescore("run", str(self._root), *chosen, *options, "--output", self._output)
        found = {gate: status for gate, status in self.states().items() if gate in LOOKING}
        if {*found.values()} - {"PASS", "WARN"}:
            raise Failed(f"the tree is meant to have no defect: {found}")
        return took

    def again(self, verb: str, *options: str) -> Timing:
        """A program that works on the newest run."""
        return self._gatescore(verb, self._output, *options)

    @property
    def _output(self) -> str:
        return str(self._scratch / f"run-{self._count}")

    def states(self) -> dict[str, str]:
        """The newest run: status by gate."""
        card = json.loads(Path(self._output, "scorecard.json").read_bytes())
        return {gate["id"]: gate["status"] for gate in card["gates"]}

    def _gatescore(self, *argv: str) -> Timing:
        """Whether a level passes is no matter here: people and other gates are missing."""
        here, cache = self._scratch, str(self._scratch / "cache")
        words = (gatescore(), *argv)
        return timed(words, cwd=here, log=here / "log", exits=(0, 1, 3), GATESCORE_CACHE=cache)
