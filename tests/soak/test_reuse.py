"""Reuse: after any edit, what is taken over is what a fresh run finds."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.soak.edits import GATES, Said, compared, different, told

SEEDS = (1, 2, 3, 4)
EACH = 50


def test_cached_and_fresh_agree(tmp_path, capsys):
    def one(seed: int) -> list[tuple[str, Said, Said]]:
        return list(compared(folder(tmp_path, seed), seed, EACH))

    with ThreadPoolExecutor(2) as pool:
        runs = [run for part in pool.map(one, SEEDS) for run in part]
    wrong = [(edit, different(warm, fresh)) for edit, warm, fresh in runs if different(warm, fresh)]
    gates = sum(warm.reused for _, warm, _ in runs)
    tools = sum(warm.shares for _, warm, _ in runs)
    statuses = Counter(one["status"][0] for _, _, said in runs for one in said.judged.values())
    with capsys.disabled():
        print(f"\ncached and fresh agree after {len(runs) - len(wrong)} of {len(runs)} edits")
        print(f"({told(Counter(edit for edit, _, _ in runs))})")
        print(f"taken over: {gates} of {len(runs) * len(GATES)} gates; files of {tools} tools")
        print(f"verdicts: {dict(statuses)}")
    assert wrong == []
    assert len(runs) == 200
    assert gates > 50
    assert tools > 200
    assert {"PASS", "FAIL", "ERROR"} <= statuses.keys()


def folder(path: Path, seed: int) -> Path:
    """A place for one tree."""
    made = path / f"{seed}"
    made.mkdir()
    return made
