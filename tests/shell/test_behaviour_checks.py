"""What the parts of a target file that tell of the service's behaviour may say."""

import pytest

from gates.core.behaviour import Consumers, Contract, Identity, Integration, Oracles
from gates.core.target import OpenApi, Target
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


ADMIN = {"admin": Identity(headers={"X": "1"})}


@pytest.mark.parametrize(
    "contract",
    [
        Contract(),
        Contract(exclude={"a": "why"}, refusals={"b": "why"}, identities=("admin",), corpus="x/y"),
    ],
)
def test_a_contract_that_can_be(contract: Contract) -> None:
    assert list(troubles(Target(name="t", contract=contract, identities=ADMIN))) == []


@pytest.mark.parametrize(
    ("contract", "key", "said"),
    [
        (Contract(exclude={"GET /a": " "}), ("exclude", "GET /a"), "has no reason"),
        (Contract(refusals={"GET /a": ""}), ("refusals", "GET /a"), "has no reason"),
        (Contract(identities=("admin", "adm")), ("identities", 1), 'found "adm"'),
        (Contract(corpus="/x"), ("corpus",), 'found "/x"'),
        (Contract(corpus="a/../.."), ("corpus",), 'found "a/../.."'),
        (Contract(corpus=""), ("corpus",), 'found ""'),
    ],
)
def test_a_contract_that_cannot_be(contract: Contract, key: tuple[object, ...], said: str) -> None:
    (trouble,) = troubles(Target(name="t", contract=contract, identities=ADMIN))
    assert trouble.path == ("contract", *key)
    assert trouble.message == said or said in trouble.message


@pytest.mark.parametrize(
    ("openapi", "said"),
    [
        (OpenApi(file="a", others=(OpenApi(file="b"), OpenApi(file="c", path="/c"))), []),
        (OpenApi(path="/a", others=(OpenApi(path="/b"),)), []),
        (OpenApi(file="a", others=(OpenApi(),)), ["has neither path nor file"]),
        (OpenApi(file="a", others=(OpenApi(path="/b"),)), ["is only served, and openapi.file"]),
        (OpenApi(file="a", others=(OpenApi(file="b", others=(OpenApi(file="c"),)),)), ["names"]),
    ],
)
def test_several_documents(openapi: OpenApi, said: list[str]) -> None:
    found = [trouble.message for trouble in troubles(Target(name="t", openapi=openapi))]
    assert [words.startswith(text) for words, text in zip(found, said, strict=True)] == [
        True for _ in said
    ]
