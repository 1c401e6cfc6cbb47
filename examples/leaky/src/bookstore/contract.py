"""Ask the served OpenAPI document what a request may do, so that both always agree."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError


def allow_header(request: Request) -> str:
    """The methods documented for the path of this request, as RFC 9110 writes `Allow`."""
    return ", ".join(sorted(method.upper() for method in _path_item(request)))


async def refuse_undocumented_query(request: Request) -> None:
    """A query parameter that is unknown or repeated is a mistake of the caller: 422."""
    known = _query_names(request)
    given = [name for name, _ in request.query_params.multi_items()]
    wrong = [name for name in given if name not in known or given.count(name) > 1]
    if wrong:
        raise RequestValidationError(
            [{"loc": ("query", name), "msg": "Unknown or repeated parameter"} for name in wrong]
        )


def _query_names(request: Request) -> set[str]:
    operation = _path_item(request)[request.method.lower()]
    return {item["name"] for item in operation.get("parameters", []) if item["in"] == "query"}


def _path_item(request: Request) -> dict[str, dict[str, list[dict[str, str]]]]:
    app: FastAPI = request.app
    path = getattr(request.scope.get("route"), "path", "")
    item: dict[str, dict[str, list[dict[str, str]]]] = app.openapi()["paths"].get(path, {})
    return item
