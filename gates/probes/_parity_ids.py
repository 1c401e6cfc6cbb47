"""Finds ids of real objects in the lists that the service gives, or by making an object."""

import re
from typing import Any

from gates.core.documented import Documented, made
from gates.core.openapi import JSON, quoted
from gates.core.sampling import NoSample
from gates.probes._parity_answers import Site

LISTS = ("items", "data", "results", "records", "content", "entries", "values")
NOBODY = "/\0"
_STEP = re.compile(r"\{([^{}]*)\}")


class Ids:
    """Ids by the path in front of them, asked for once."""

    def __init__(
        self, site: Site, operations: tuple[Documented, ...], document: JSON, *, create: bool
    ) -> None:
        self._site = site
        self._document = document
        self._create = create
        self._reads = {op.path: op for op in operations if op.operation.method == "GET"}
        self._posts = {op.path: op for op in operations if op.operation.method == "POST"}
        self._known: dict[str, str] = {}

    def values(self, path: str) -> dict[str, str] | None:
        """A real value for each parameter of a path; None where one cannot be found."""
        found: dict[str, str] = {}
        for match in _STEP.finditer(path):
            template = path[: match.start()].rstrip("/")
            if not path[: match.start()].endswith("/"):
                return None
            one = self._id(template, found, match[1])
            if not one:
                return None
            found[match[1]] = one
        return found

    def _id(self, template: str, known: dict[str, str], name: str) -> str:
        place = filled(template, known)
        if place not in self._known:
            self._known[place] = self._listed(template, known, name) or self._made(
                template, known, name
            )
        return self._known[place]

    def _listed(self, template: str, known: dict[str, str], name: str) -> str:
        op = self._reads.get(template)
        if op is None:
            return ""
        try:
            sent = made(op, self._document, dict(known))
        except NoSample:
            return ""
        reply = self._site.ask("GET", sent.path, headers=sent.headers, operation=op.label)
        return id_of(_first(reply.body), name) if reply.status == 200 else ""

    def _made(self, template: str, known: dict[str, str], name: str) -> str:
        op = self._posts.get(template)
        if op is None or not self._create or not op.body_type:
            return ""
        try:
            sent = made(op, self._document, dict(known))
        except NoSample:
            return ""
        reply = self._site.ask(
            "POST", sent.path, headers=sent.headers, body=sent.body, operation=op.label
        )
        if reply.status not in (200, 201):
            return ""
        return id_of(reply.body, name) or reply.location.rstrip("/").rpartition("/")[2]


def filled(path: str, values: dict[str, str]) -> str:
    """A path with its parameters filled in, as far as they are known."""
    return _STEP.sub(lambda match: quoted(values.get(match[1], match[0])), path)


def id_of(item: Any, name: str) -> str:
    """The id that an object has, by the name of the parameter or a usual one."""
    if isinstance(item, str | int) and not isinstance(item, bool):
        return str(item)
    if not isinstance(item, dict):
        return ""
    bare = re.sub(r"(?i)[-_]?(id|uuid)$", "", name)
    for key in (name, "id", "uuid", "_id", f"{bare}_id", f"{bare}Id", bare, "slug", "name"):
        value = item.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    inner = [value for value in item.values() if isinstance(value, dict)]
    return id_of(inner[0], name) if len(inner) == 1 else ""


def _first(body: Any) -> Any:
    if isinstance(body, list):
        return body[0] if body else None
    if not isinstance(body, dict):
        return None
    for key in (*LISTS, *body):
        if isinstance(body.get(key), list) and body[key]:
            return body[key][0]
    inner = [value for value in body.values() if isinstance(value, dict)]
    return _first(inner[0]) if len(inner) == 1 else None
