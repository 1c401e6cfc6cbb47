"""Reuse: after a few edits of a real tree, cached and fresh agree; tests/soak makes 200."""

from pathlib import Path

from tests.soak.edits import compared, different

SEED, EDITS = 11, 3


def test_cached_and_fresh_agree_after_three_edits(tmp_path: Path) -> None:
    runs = list(compared(tmp_path, SEED, EDITS))
    assert [(edit, different(warm, fresh)) for edit, warm, fresh in runs] == [
        (edit, {}) for edit, _, _ in runs
    ]
    assert len(runs) == EDITS
    assert sum(warm.reused + warm.shares for _, warm, _ in runs)
