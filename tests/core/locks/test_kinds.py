"""Which reader a dependency file gets."""

import pytest

from gates.core.locks import kinds
from gates.core.locks.kinds import Kind
from gates.core.locks.model import Ecosystem


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("requirements.txt", Kind.REQUIREMENTS),
        ("a/requirements.lock", Kind.REQUIREMENTS),
        ("dev.in", Kind.REQUIREMENTS),
        ("a/pyproject.toml", Kind.PYPROJECT),
        ("uv.lock", Kind.UV),
        ("poetry.lock", Kind.POETRY),
        ("pylock.toml", Kind.PYLOCK),
        ("pylock.prod.toml", Kind.PYLOCK),
        ("web/package-lock.json", Kind.NPM),
        ("npm-shrinkwrap.json", Kind.NPM),
        ("yarn.lock", None),
        ("Pipfile.lock", None),
        ("Cargo.lock", None),
        ("pnpm-lock.yaml", None),
        ("package.json", None),
        ("other.toml", None),
    ],
)
def test_the_name_tells_the_format(path: str, kind: Kind | None) -> None:
    assert kinds.kind(path) is kind


def test_files_of_an_ecosystem() -> None:
    files = ("uv.lock", "package-lock.json", "yarn.lock")
    assert kinds.of(files, Ecosystem.NPM) == ("package-lock.json",)
    assert kinds.of(files, Ecosystem.PYPI) == ("uv.lock", "yarn.lock"), "somebody has to refuse it"
