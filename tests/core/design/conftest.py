"""Small documents for the rules of API design."""

from collections.abc import Callable

import pytest

from gates.core.design.model import Api, settings_of
from gates.core.documented import documented
from gates.core.openapi import JSON

Paths = dict[str, dict[str, JSON]]


@pytest.fixture
def api() -> Callable[..., Api]:
    """An Api of `paths` (path -> method -> operation), with options of the policy by keyword."""

    def make(paths: Paths, components: JSON = None, **options: JSON) -> Api:
        document: dict[str, JSON] = {"openapi": "3.1.0", "paths": paths}  # type: ignore[dict-item]
        document["components"] = components or {}
        return Api(
            document=document, operations=documented(document), settings=settings_of(options)
        )

    return make
