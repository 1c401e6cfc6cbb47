"""The optional library: its tests are skipped on a desk without it, and fail in CI."""

import os
from importlib.util import find_spec

import pytest

THERE = find_spec("sigstore") is not None or bool(os.environ.get("CI"))
NEEDED = pytest.mark.skipif(not THERE, reason="needs: pip install 'gatescore[sigstore]'")
