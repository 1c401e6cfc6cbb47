"""Moving code, in few rounds; `tests/soak/test_refactorings.py` has all of them."""

from tests.soak.refactorings import ROUNDS, SOURCES, told


def test_findings_keep_their_names_over_refactorings(tmp_path_factory):
    outcome = told(SOURCES["locust"], ROUNDS["locust"][:10], tmp_path_factory, most=4)
    assert outcome.there > 400
    assert outcome.kept >= 0.98 * outcome.there
    assert (outcome.twice, outcome.confused) == (0, 0)
