"""Reads request collections: Postman, Insomnia, Bruno and .http files, each as its requests."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from gates.shell import json_strict, yaml_strict

METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")
_PLAIN = (".http", ".rest")
_DATA = (".json", ".yaml", ".yml")
_REQUEST_LINE = re.compile(rf"^({'|'.join(METHODS)})\s+(\S+)")
_VARIABLE_LINE = re.compile(r"^@([\w.-]+)\s*=\s*(.*?)\s*$")
_BRUNO = re.compile(r"^(get|put|post|delete|patch|head|options|trace)\s*\{\s*$", re.IGNORECASE)
_BRUNO_URL = re.compile(r"^\s*url:\s*(\S+)\s*$")
_USED = re.compile(r"\{\{\s*_?\.?([\w.-]+)\s*\}\}")
_DEPTH = 20  # folders within folders


class CollectionError(Exception):
    """The file is no collection that can be read; the text says why."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request: its name for people, its method, its address with known variables filled in."""

    name: str
    method: str
    url: str
    line: int = 0


def is_collection(path: str) -> bool:
    """Whether a file is one by its name: orders.postman_collection.json, shop.http, x.bru …"""
    name = PurePosixPath(path).name.lower()
    if name.endswith((*_PLAIN, ".bru")):
        return name not in ("collection.bru", "folder.bru")
    return name.endswith(_DATA) and ("postman_collection" in name or "insomnia" in name)


def requests(path: str, content: str) -> tuple[Asked, ...]:
    """Every request of a collection. Raises CollectionError: broken, of no known kind, empty."""
    name = path.lower()
    if name.endswith(_PLAIN):
        found = tuple(_plain(content))
    elif name.endswith(".bru"):
        found = tuple(_bruno(content, PurePosixPath(path).stem))
    else:
        found = _of_data(_decoded(name, content))
    if not found:
        raise CollectionError("it holds no request")
    return found


def _decoded(name: str, content: str) -> dict[str, Any]:
    decode: Callable[[str], Any] = yaml_strict.decode
    if name.endswith(".json"):
        decode = json_strict.decode
    try:
        value = decode(content)
    except (yaml_strict.YamlError, json_strict.JsonError) as error:
        raise CollectionError(str(error)) from None
    if not isinstance(value, dict):
        raise CollectionError("it is no object")
    return value


def _of_data(value: dict[str, Any]) -> tuple[Asked, ...]:
    info = value.get("info")
    if isinstance(info, dict) and isinstance(value.get("item"), list):
        return tuple(_postman(value["item"], _postman_values(value), 0))
    if value.get("_type") == "export" and isinstance(value.get("resources"), list):
        return tuple(_insomnia_4(value["resources"]))
    if str(value.get("type", "")).startswith("collection.insomnia.rest"):
        return tuple(_insomnia_5(value.get("collection"), 0))
    kinds = "Postman 2 (info, item), Insomnia 4 (_type, resources) or 5 (type, collection)"
    raise CollectionError(f"it is none of the kinds that are known: {kinds}")


def _postman_values(value: dict[str, Any]) -> dict[str, str]:
    said = value.get("variable")
    return {
        str(one.get("key")): str(one.get("value", ""))
        for one in (said if isinstance(said, list) else ())
        if isinstance(one, dict)
    }


def _postman(items: list[Any], values: dict[str, str], depth: int) -> Iterator[Asked]:
    if depth > _DEPTH:
        raise CollectionError(f"its folders are nested more than {_DEPTH} levels")
    for item in items:
        name = str(item.get("name", "")) if isinstance(item, dict) else ""
        if not isinstance(item, dict) or not ({"item", "request"} & item.keys()):
            raise CollectionError(f"the entry {name[:80]!r} is neither a folder nor a request")
        if isinstance(item.get("item"), list):
            yield from _postman(item["item"], values, depth + 1)
        else:
            yield _postman_request(name, item.get("request"), values)


def _postman_request(name: str, request: Any, values: dict[str, str]) -> Asked:
    if isinstance(request, str):
        return Asked(name=name, method="GET", url=_filled(request, values))
    said = request.get("url") if isinstance(request, dict) else None
    url = said.get("raw") if isinstance(said, dict) else said
    if not isinstance(url, str) or not url:
        raise CollectionError(f"the request {name[:80]!r} has no address")
    return Asked(name=name, method=str(request.get("method", "GET")), url=_filled(url, values))


def _insomnia_4(resources: list[Any]) -> Iterator[Asked]:
    for one in resources:
        if isinstance(one, dict) and one.get("_type") == "request":
            yield _named(one)


def _insomnia_5(entries: Any, depth: int) -> Iterator[Asked]:
    if depth > _DEPTH:
        raise CollectionError(f"its folders are nested more than {_DEPTH} levels")
    for one in entries if isinstance(entries, list) else ():
        if isinstance(one, dict) and "children" in one:
            yield from _insomnia_5(one["children"], depth + 1)
        elif isinstance(one, dict):
            yield _named(one)


def _named(one: dict[str, Any]) -> Asked:
    name, url = str(one.get("name", "")), one.get("url")
    if not isinstance(url, str) or not url:
        raise CollectionError(f"the request {name[:80]!r} has no address")
    return Asked(name=name, method=str(one.get("method", "GET")), url=url)


def _plain(content: str) -> Iterator[Asked]:
    """The requests of a .http file: the first line of each part that asks for something."""
    values: dict[str, str] = {}
    name, waiting = "", True
    for number, line in enumerate(content.splitlines(), start=1):
        variable = _VARIABLE_LINE.match(line)
        if line.startswith("###"):
            name, waiting = line.strip("# ").strip(), True
        elif variable:
            values[variable[1]] = _filled(variable[2], values)
        elif waiting and (match := _REQUEST_LINE.match(line)):
            url = _filled(match[2], values)
            yield Asked(name=name, method=match[1], url=url, line=number)
            waiting = False


def _bruno(content: str, name: str) -> Iterator[Asked]:
    method = ""
    for number, line in enumerate(content.splitlines(), start=1):
        opened, url = _BRUNO.match(line), _BRUNO_URL.match(line)
        if opened:
            method = opened[1].upper()
        elif method and url:
            yield Asked(name=name, method=method, url=url[1], line=number)
            return


def _filled(url: str, values: dict[str, str]) -> str:
    """The address with the variables that the collection itself knows; a value may use others."""
    for _ in range(3):
        url = _USED.sub(lambda used: values.get(used[1]) or used[0], url)
    return url
