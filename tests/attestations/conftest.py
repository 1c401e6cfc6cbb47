"""The key that a verifier trusts."""

import pytest

from gates.core.attestation_envelope import Check
from tests.attestations import made


@pytest.fixture
def keys(tmp_path) -> dict[str, Check]:
    """The trusted key of a deploy step: that of seed 1."""
    return made.trusted(tmp_path, 1)
