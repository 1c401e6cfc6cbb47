"""What a target says of its deployment: names of files, and of commits."""

import pytest

from gates.core.deployed import is_commit, is_deployed, is_dockerfile

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("Dockerfile", True),
        ("deploy/api.Dockerfile", True),
        ("Dockerfile.prod", True),
        ("Containerfile", True),
        ("Dockerfile.dockerignore", False),
        ("docs/docker.md", False),
        ("src/dockerfile.py", False),
        ("Dockerfile.j2", False),
    ],
)
def test_a_dockerfile_is_one_by_its_name(path: str, is_one: bool) -> None:
    assert is_dockerfile(path) is is_one


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("Dockerfile", True),
        ("services/api/Dockerfile.prod", True),
        ("contest/latest.Dockerfile", True),
        (".devcontainer/Dockerfile", False),
        ("web/Dockerfile.dev", False),
        ("e2e.Dockerfile", False),
        ("tests/postgres/Dockerfile", False),
        ("Dockerfile-ci", False),
        ("dev/readme.md", False),
    ],
)
def test_an_image_for_desks_and_tests_is_not_deployed(path: str, is_one: bool) -> None:
    assert is_deployed(path) is is_one


@pytest.mark.parametrize(
    ("said", "is_it"),
    [
        (COMMIT, True),
        (f" {COMMIT.upper()}\n", True),
        (COMMIT[:7], True),
        (COMMIT[:6], False),
        ("", False),
        (COMMIT[1:], False),
        (f"{COMMIT}0", False),
        ("v1.0.0", False),
    ],
)
def test_a_commit_is_named_by_seven_characters_or_more(said: str, is_it: bool) -> None:
    assert is_commit(said, ("f" * 40, COMMIT)) is is_it
    assert not is_commit(said, ())
