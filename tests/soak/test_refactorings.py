"""Moving code: findings keep their names over refactorings, and no two have the same."""

import pytest

from tests.soak.refactorings import ROUNDS, SOURCES, told


@pytest.mark.parametrize("source", SOURCES)
def test_findings_keep_their_names(source, tmp_path_factory, capsys):
    outcome = told(SOURCES[source], ROUNDS[source], tmp_path_factory)
    share = 100 * outcome.kept / outcome.there
    with capsys.disabled():
        print(f"\n{source}: {outcome.kept} of {outcome.there} findings kept: {share:.2f} %")
    assert outcome.there > 40 * len(ROUNDS[source]) or source == "leaky"
    assert share >= 98
    assert (outcome.twice, outcome.confused) == (0, 0)
