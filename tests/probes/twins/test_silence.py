"""Services that do not answer, or stop answering: the probes end in time and say so (P38, P39)."""

import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from gates.core.model import Reason
from gates.core.tool import ParseError
from gates.tools import auth, passwords, rate_limit

Start = Callable[..., Any]


@pytest.mark.parametrize("tool", [auth, rate_limit, passwords])
def test_a_service_that_hangs_ends_the_probe_p39(twin: Start, tool: ModuleType) -> None:
    service = twin("key", "hangs")
    begin = time.monotonic()
    with pytest.raises(ParseError) as caught:
        service.report(tool, request_timeout_s=0.4, max_seconds=2)
    assert caught.value.reason is Reason.TARGET_DOWN
    assert "timeout" in caught.value.detail
    assert time.monotonic() - begin < 5


def test_operations_that_hang_are_not_tried_and_not_fine_p39(twin: Start) -> None:
    report = twin("key", "hangs-inside").report(auth, request_timeout_s=0.2, max_seconds=3)
    assert report.measurements["auth.refused_percent"].value is None
    assert report.examined == 0
    assert report.findings == ()


def test_a_service_that_an_operation_takes_down_is_not_fine_p38(twin: Start) -> None:
    """Whatever was not tried is more than half, and makes the gate an ERROR."""
    report = twin("key", "dies").report(auth)
    assert any("no answer" in text for text in report.incomplete)
