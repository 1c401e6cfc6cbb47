"""What is wrong with upstreams and [observability] is told by key, and nothing else is."""

import pytest

from gates.core.behaviour import Logs, Observability, Upstream
from gates.core.target import Service, Target
from gates.shell.upstream_checks import troubles

LED = ("serve", "{port}", "{upstream.db}")
DB = Upstream(name="db", address="127.0.0.1:5432")
CUT = Upstream(name="db", cut=("mv", "{state}/a", "{state}/b"), restore=("mv", "b", "a"))


def service(*upstreams: Upstream, **keys: object) -> Target:
    said = {"start": LED, **keys}
    return Target(name="t", service=Service(upstreams=upstreams, **said))  # type: ignore[arg-type]


def watched(**keys: object) -> Target:
    return Target(name="t", observability=Observability(**keys))  # type: ignore[arg-type]


def told(target: Target) -> list[str]:
    return [".".join(str(part) for part in one.path) for one in troubles(target)]


@pytest.mark.parametrize(
    "target",
    [
        Target(name="t"),
        service(DB),
        service(Upstream(name="db", address="localhost:1")),
        service(Upstream(name="db", address="[::1]:65535")),
        service(DB, start=("serve", "{port}"), env={"DB": "tcp://{upstream.db}/x"}),
        service(CUT, start=("serve", "{port}")),
        service(CUT, start=(), base_url="http://127.0.0.1:8000"),
        watched(readiness="/healthz", request_id="X-Correlation-ID", logs=Logs(format="text")),
    ],
)
def test_what_can_be_is_accepted(target: Target) -> None:
    assert told(target) == []


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (service(Upstream(name="DB", address="127.0.0.1:1"), start=("{upstream.DB}",)), "0.name"),
        (service(DB, DB), "1.name"),
        (service(Upstream(name="db", address="10.0.0.1:5432")), "0.address"),
        (service(Upstream(name="db", address="127.0.0.1:0")), "0.address"),
        (service(Upstream(name="db", address="127.0.0.1:65536")), "0.address"),
        (service(Upstream(name="db", address="127.0.0.1")), "0.address"),
        (service(DB, start=("serve", "{port}")), "0.address"),
        (service(DB, start=(), base_url="http://127.0.0.1:8000"), "0.address"),
        (service(Upstream(name="db", address="127.0.0.1:1", cut=("x",), restore=("y",))), "0"),
        (service(Upstream(name="db")), "0"),
        (service(Upstream(name="db", cut=("x",))), "0"),
        (service(Upstream(name="db", cut=("rm", "{stat}"), restore=("x",))), "0.cut.1"),
    ],
)
def test_an_upstream_that_cannot_be_is_told_by_its_key(target: Target, path: str) -> None:
    assert f"service.upstreams.{path}" in told(target)


def test_a_placeholder_of_an_upstream_that_is_not_there_is_told() -> None:
    found = list(troubles(service(DB, env={"CACHE": "{upstream.dbb}"})))
    assert [one.path for one in found] == [("service", "env", "CACHE")]
    assert "db" in found[0].hint
    assert told(service(CUT)) == ["service.start.2"]


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"readiness": "ready"}, "readiness"),
        ({"metrics": "//x"}, "metrics"),
        ({"request_id": "X Request"}, "request_id"),
        ({"logs": Logs(format="xml")}, "logs.format"),
        ({"logs": Logs(user="")}, "logs.user"),
    ],
)
def test_what_cannot_be_watched_is_told_by_its_key(keys: dict[str, object], path: str) -> None:
    assert told(watched(**keys)) == [f"observability.{path}"]
