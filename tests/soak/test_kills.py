"""A run that is killed at any moment leaves a scorecard that is whole and no pass, or none."""

import json
import random
import time

import pytest

from tests.faults.cli import Place, alive, fake, finish, running_in, until

ROUNDS = 100
GATES = {f"g{n}": fake("works", 0.05, expected_s=20 - n) for n in range(5)}


@pytest.mark.parametrize("number", range(ROUNDS))
def test_p2_p25_a_kill_at_a_random_moment(place: Place, number: int) -> None:
    moment = random.Random(number).uniform(0.2, 2.0)
    policy = place.policy(GATES)
    arguments = ("run", place.target(), "--policy", policy, "--output", place.output)
    with place.begin(*arguments) as process:
        time.sleep(moment)
        process.kill()
        code, _, _ = finish(process)
    until(lambda: not running_in(place.path), 20)
    assert not alive(process.pid)
    file = place.output / "scorecard.json"
    if file.exists():
        card = json.loads(file.read_bytes())
        assert card["complete"] is (card["verdict"] == "PASS")
        assert code == 0 or len(card["gates"]) == len(GATES)
    done = place.run("run", place.target(), "--policy", policy)
    assert (done.code, done.card["complete"]) == (0, True)
