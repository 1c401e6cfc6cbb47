"""Asks an OSV service: one version of one package, or many at once."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gates.shell import json_strict, network

SERVICE = "https://api.osv.dev"
MAX_ANSWER_BYTES = 32 * 2**20
MAX_PAGES = 50
BATCH = 500  # questions in one request; the service allows 1000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,100}")

Record = dict[str, Any]
Asked = tuple[str, str]  # name, version


class ServiceError(Exception):
    """The vulnerability service gave no usable answer."""


def ask(
    service: str, name: str, version: str, ecosystem: str = "PyPI", *, deadline_s: float = 20.0
) -> tuple[Record, ...]:
    """Ask about one version of a package, all pages. Raises ServiceError."""
    records: list[Record] = []
    query: dict[str, Any] = _question((name, version), ecosystem)
    for _ in range(MAX_PAGES):
        answer = _post(service, "/v1/query", query, deadline_s)
        _check(answer, f"{service}/v1/query")
        records.extend(answer.get("vulns") or ())
        token = answer.get("next_page_token")
        if not token:
            return tuple(records)
        query = {**query, "page_token": token}
    raise ServiceError(f"{service} gave more than {MAX_PAGES} pages for {name} {version}")


def ask_many(
    service: str, asked: Sequence[Asked], ecosystem: str, *, deadline_s: float = 60.0
) -> dict[Asked, tuple[Record, ...]]:
    """Ask about many versions: their records, an empty tuple for those that nothing affects.

    Every question has an answer, or ServiceError is raised: silence is never read as clean.
    """
    known: dict[str, Record] = {}
    answers: dict[Asked, tuple[Record, ...]] = {}
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        for one, ids in zip(part, _batch(service, part, ecosystem, deadline_s), strict=True):
            if ids is None:  # more than one page: asked again alone
                answers[one] = ask(service, *one, ecosystem, deadline_s=deadline_s)
                continue
            for id in ids:
                if id not in known:
                    known[id] = _record(service, id, deadline_s)
            answers[one] = tuple(known[id] for id in ids)
    return answers


def _question(asked: Asked, ecosystem: str) -> dict[str, Any]:
    name, version = asked
    return {"package": {"name": name, "ecosystem": ecosystem}, "version": version}


def _batch(
    service: str, asked: Sequence[Asked], ecosystem: str, deadline_s: float
) -> list[tuple[str, ...] | None]:
    """The ids for each question, None where there are more pages."""
    queries = {"queries": [_question(one, ecosystem) for one in asked]}
    answer = _post(service, "/v1/querybatch", queries, deadline_s)
    results = answer.get("results")
    if not isinstance(results, list) or len(results) != len(asked):
        found = len(results) if isinstance(results, list) else "no"
        raise ServiceError(f"{service} gave {found} results for {len(asked)} questions")
    return [_ids(service, result) for result in results]


def _ids(service: str, result: object) -> tuple[str, ...] | None:
    result = {} if result is None else result
    _check(result, f"{service}/v1/querybatch")
    assert isinstance(result, dict)  # noqa: S101  (checked above)
    if result.get("next_page_token"):
        return None
    found = tuple(str(item.get("id", "")) for item in result.get("vulns") or ())
    if not all(_ID.fullmatch(id) for id in found):
        raise ServiceError(f"{service} gave a vulnerability without an id that can be asked for")
    return found


def _record(service: str, id: str, deadline_s: float) -> Record:
    url = f"{service.rstrip('/')}/v1/vulns/{id}"
    record = _request("GET", url, service, b"", deadline_s)
    if not isinstance(record, dict) or record.get("id") != id:
        raise ServiceError(f"{url} gave no OSV record of that id")
    return record


def _post(service: str, path: str, query: Mapping[str, Any], deadline_s: float) -> dict[str, Any]:
    url = f"{service.rstrip('/')}{path}"
    answer = _request("POST", url, service, json.dumps(query).encode(), deadline_s)
    if not isinstance(answer, dict):
        raise ServiceError(f"{url} gave no OSV answer: not an object")
    return answer


def _request(method: str, url: str, service: str, body: bytes, deadline_s: float) -> Any:
    try:
        response = network.request(
            method,
            url,
            allow=(service,),
            headers=(("Content-Type", "application/json"),) if body else (),
            body=body,
            deadline_s=deadline_s,
            max_bytes=MAX_ANSWER_BYTES,
        )
        if response.status != 200:
            raise ServiceError(f"{url} answered {response.status}")
        return json_strict.decode(response.body.decode("utf-8"))
    except (network.NetworkError, network.Refused) as error:
        raise ServiceError(f"{url}: {error}") from None
    except (UnicodeDecodeError, json_strict.JsonError) as error:
        raise ServiceError(f"{url} gave no OSV answer: {error}") from None


def _check(answer: object, url: str) -> None:
    """An answer with nothing in it is `{}`; what an answer of another kind is nobody knows."""
    if not isinstance(answer, dict) or not answer.keys() <= {"vulns", "next_page_token"}:
        raise ServiceError(f"{url} gave no OSV answer: not an object with vulns")
    vulns = answer.get("vulns") or []
    if not isinstance(vulns, list) or not all(isinstance(item, dict) for item in vulns):
        raise ServiceError(f"{url} gave no OSV answer: vulns is no list of records")
