"""What [integration], [oracles] and [consumers] of a target file may say."""

import pytest

from gates.core.behaviour import Consumers, Integration, Oracles
from gates.core.target import Target
from gates.shell.behaviour_checks import troubles

REPORT = "{output}/junit.xml"


@pytest.mark.parametrize(
    "target",
    [
        Target(name="t"),
        Target(name="t", integration=Integration()),
        Target(name="t", integration=Integration(env={"A": "{base_url}/x", "B": "${NAME}"})),
        Target(name="t", integration=Integration(command=("{node}", "{base_url}"), report=REPORT)),
        Target(name="t", oracles=Oracles()),
        Target(name="t", consumers=Consumers(pacts=("a/b.json", "c"), states="/_states")),
    ],
)
def test_what_can_be_is_no_trouble(target: Target) -> None:
    assert list(troubles(target)) == []


@pytest.mark.parametrize(
    ("target", "key", "said"),
    [
        (Integration(env={"A": "{base-url}", "B": "{baseurl}"}), "env", "found {baseurl}"),
        (Integration(env={"A": "{python}"}), "env", "found {python}"),
        (Integration(command=("{port}",), report=REPORT), "command", "found {port}"),
        (Integration(command=("x",)), "report", "is missing"),
        (Integration(command=("x",), report="junit.xml"), "report", 'found "junit.xml"'),
        (Integration(report=REPORT), "report", "is read only where integration.command writes it"),
        (Integration(command=("x",), report=REPORT, tests=("t",)), "tests", "does nothing beside"),
        (Oracles(files="/x"), "files", 'found "/x"'),
        (Oracles(files="a/../.."), "files", 'found "a/../.."'),
        (Oracles(files=""), "files", 'found ""'),
        (Consumers(pacts=()), "pacts", "is empty"),
        (Consumers(pacts=("../x",)), "pacts", 'found "../x"'),
        (Consumers(pacts=("x",), states="states"), "states", 'found "states"'),
    ],
)
def test_what_cannot_be_is_told(target: object, key: str, said: str) -> None:
    match target:
        case Integration():
            whole = Target(name="t", integration=target)
        case Oracles():
            whole = Target(name="t", oracles=target)
        case Consumers():
            whole = Target(name="t", consumers=target)
    (trouble,) = troubles(whole)
    assert trouble.path[1] == key
    assert said in trouble.message
