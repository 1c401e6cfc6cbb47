"""What [staging], [pipeline] and [deployment] cannot be."""

from pathlib import Path

import pytest

from gates.core.deployed import Deployment, Pipeline, Staging
from gates.core.target import Service, Target
from gates.shell import deployment_checks
from gates.shell.target_checks import troubles

HERE = "http://127.0.0.1:8000/version"
AWAY = "https://staging.shop.example/version"


@pytest.mark.parametrize(
    ("staging", "keys"),
    [
        (Staging(url=HERE, header="X-Commit"), []),
        (Staging(url=HERE, pointer="/commit"), []),
        (Staging(url=HERE), ["staging"]),
        (Staging(url=HERE, header="X", pointer="/commit"), ["staging"]),
        (Staging(url=HERE, pointer="commit"), ["staging.pointer"]),
        (Staging(url=AWAY, header="X"), ["staging.url"]),
        (Staging(url="ftp://127.0.0.1/", header="X"), ["staging.url"]),
        (Staging(url=HERE, header="X", deadline_s=0), ["staging.deadline_s"]),
    ],
)
def test_staging(staging: Staging, keys: list[str]) -> None:
    found = deployment_checks.troubles(Target(name="t", staging=staging))
    assert [".".join(map(str, one.path)) for one in found] == keys


def test_an_origin_of_others_has_to_be_allowed() -> None:
    allowing = Service(start=("x",), allow=("https://staging.shop.example",))
    target = Target(name="t", service=allowing, staging=Staging(url=AWAY, header="X"))
    assert list(deployment_checks.troubles(target)) == []


@pytest.mark.parametrize(
    ("pipeline", "keys"),
    [
        (Pipeline(command=("ci", "--commit={commit}")), []),
        (Pipeline(command=("ci", "HEAD")), ["pipeline.command"]),
        (Pipeline(command=()), ["pipeline.command"]),
        (Pipeline(command=("{commit}",), deadline_s=-1), ["pipeline.deadline_s"]),
    ],
)
def test_pipeline(pipeline: Pipeline, keys: list[str]) -> None:
    found = deployment_checks.troubles(Target(name="t", pipeline=pipeline))
    assert [".".join(map(str, one.path)) for one in found] == keys


def test_files_that_are_named_have_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "here.yml").write_text("")
    named = Deployment(alerts=("here.yml", "gone.yml"), compose=("../away.yml",))
    found = troubles(Target(name="t", deployment=named), tmp_path)
    keys = [".".join(map(str, one.path)) for one in found]
    assert sorted(keys) == ["deployment.alerts.1", "deployment.compose.0"]
