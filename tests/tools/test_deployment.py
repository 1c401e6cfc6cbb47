"""What the deployment probe is told about a target."""

import msgspec
import pytest

from gates.core.deployed import Pipeline
from gates.core.target import Target
from gates.core.tool import Options
from gates.tools import deployment

COMMIT, SUBJECT = "a" * 40, "b" * 40


def told(target: Target, revision: str, **settings: object) -> dict[str, object]:
    names = ("Dockerfile", "README.md", "compose.yaml", "deploy/board.JSON", "src/dockerfile.py")
    options = Options(
        tree="/t", output="/o", files=names, python="/p", revision=revision, settings=settings
    )
    (invocation,) = deployment.commands(target, options)
    (text,) = invocation.inputs.values()
    found: dict[str, object] = msgspec.json.decode(text)
    return {**found, "registry": invocation.registry}


@pytest.mark.parametrize(
    ("revision", "subject", "commits"),
    [
        (COMMIT, SUBJECT, [COMMIT, SUBJECT]),
        (COMMIT, COMMIT, [COMMIT]),
        (COMMIT, "unknown", [COMMIT]),
        ("unknown", "unknown", []),
        ("unknown", "", []),
    ],
)
def test_only_commits_that_are_known_can_run_on_staging_b67(
    revision: str, subject: str, commits: list[str]
) -> None:
    """Without a repository nobody knows which commit it is: neither staging nor CI is judged."""
    assert told(Target(name="t"), revision, signoff_subject=subject)["commits"] == commits


def test_only_files_that_may_matter_are_looked_into() -> None:
    assert told(Target(name="t"), COMMIT)["files"] == [
        "Dockerfile",
        "compose.yaml",
        "deploy/board.JSON",
    ]


def test_only_a_command_of_the_target_gets_what_a_ci_server_needs() -> None:
    asked = Target(name="t", pipeline=Pipeline(command=("ci", "{commit}")))
    assert (told(asked, COMMIT)["registry"], told(Target(name="t"), COMMIT)["registry"]) == (
        True,
        False,
    )
