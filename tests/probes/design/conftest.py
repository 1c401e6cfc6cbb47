"""Runs a probe of these gates against a service."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gates.core.model import ToolReport
from gates.core.target import Auth, OpenApi, Service, Target
from gates.core.tool import Options, ToolOutput

Look = Callable[..., ToolReport]
IDENTITIES = {
    "default": {"rank": 0, "headers": {"Authorization": "Bearer user-token-canary"}},
    "admin": {"rank": 9, "headers": {"Authorization": "Bearer admin-token-canary"}},
}


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Look:
    """The report of an adapter on a service at `url` with a document; settings by keyword."""

    def run(tool: ModuleType, url: str, document: Any, **settings: Any) -> ToolReport:
        recorded = settings.pop("recorded", "")
        target = settings.pop("target", None) or Target(
            name="t",
            service=Service(base_url=url),
            openapi=OpenApi(file="openapi.json"),
            auth=Auth(headers={"Authorization": "Bearer ${TOKEN}"}),
        )
        file = tmp_path / "document.json"
        if document is not None:
            file.write_text(json.dumps(document))
        options = Options(
            tree="",
            output=str(tmp_path),
            python=sys.executable,
            base_url=url,
            document=str(file) if document is not None else "",
            settings=settings,
            recorded=str(recorded),
        )
        (invocation,) = tool.commands(target, options)
        return tool.parse((run_probe(invocation, GATESCORE_IDENTITIES=json.dumps(IDENTITIES)),))

    return run
