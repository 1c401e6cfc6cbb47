"""How long a deploy step waits for `gatescore verify`, the start of Python included."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench import tree
from bench.judging import gatescore
from bench.measure import interleaved, spread, timed
from bench.results import Row

ROUNDS = 21
POLICY = """\
name = "small"
[gates.lint]
level = 1
title = "Lint"
tools = ["ruff"]
needs = ["code"]
[gates.lint.criteria."lint.errors"]
title = "Lint errors"
metric = "lint.errors"
pass = [["== 0"]]
"""


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    verify = partial(timed, attested(scratch), cwd=scratch, log=scratch / "log")
    found = interleaved({"verify": verify}, ROUNDS)["verify"]
    title = "verifying an attestation"
    walls, cpu = spread(t.wall_s for t in found), spread(t.cpu_s for t in found)
    yield Row(what=f"{title}: wall time", unit="s", found=walls, at_most=0.3)
    yield Row(what=f"{title}: CPU time", unit="s", found=cpu)


def attested(scratch: Path) -> tuple[str, ...]:
    """Run, sign, and return what verifies it."""
    root, folder, key = scratch / "small", scratch / "run", scratch / "key"
    root.mkdir()
    tree.write(root, lines=2000)
    policy = scratch / "small.toml"
    policy.write_text(POLICY, encoding="utf-8")
    cache = str(scratch / "cache")
    for argv in (
        ("run", str(root), "--policy", str(policy), "--output", str(folder)),
        ("keygen", str(key)),
        ("attest", str(folder), "--policy", str(policy), "--key", str(key)),
    ):
        log = scratch / "log"
        timed((gatescore(), *argv), cwd=scratch, log=log, GATESCORE_CACHE=cache)
    card = json.loads((folder / "scorecard.json").read_bytes())
    return (
        *(gatescore(), "verify", "--envelope", str(folder / "attestation.intoto.jsonl")),
        *("--key", f"{key}.pub", "--subject", f"gitCommit:{card['target']['revision']}"),
        *("--policy-digest", card["policy"]["digest"], "--require", "L1,lint"),
    )
