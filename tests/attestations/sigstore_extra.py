"""The optional library: its tests are skipped on a desk without it, and fail in CI."""

import os
from importlib.util import find_spec

import pytest

NEEDED = pytest.mark.skipif(
    find_spec("sigstore") is None and not os.environ.get("CI"),
    reason="needs the extra: pip install 'gatescore[sigstore]'",
)
