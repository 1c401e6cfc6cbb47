"""Makes pytest files of cases: each test fails while the defect is there, and passes afterwards.

The files need pytest alone, and jsonschema where the body of an answer is judged. They ask the
service at BASE_URL; credentials are variables named after their headers.
"""

import base64
import json
import re
from collections.abc import Mapping

from gates.core import curl
from gates.core.corpus import REJECTIONS, WORDS, Case, Expected
from gates.core.openapi import unquoted
from gates.core.promises import Promise

HEAD = '''\
"""Regression tests of the contract, made by gatescore from findings. Review before you commit.

BASE_URL is the origin of the running service{variables}.
"""

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
{imports}
BASE_URL = os.environ["BASE_URL"].rstrip("/")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows redirects as the answers that they are."""

    def redirect_request(self, *_args):
        return None


def ask(method, path, headers, body=""):
    """Status, headers and body of the answer; the body of the request is base64."""
    data = base64.b64decode(body) or None
    request = urllib.request.Request(BASE_URL + path, data, headers, method=method)
    opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({{}}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def at(body, pointer):
    """What stands at a JSON pointer of a body, as a part of a path."""
    value = json.loads(body)
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return urllib.parse.quote(str(value), safe="")
'''


class NotMade(Exception):
    """No test can be made of a case: the text says why."""


def source(cases: Mapping[str, Case], promises: Mapping[str, Promise]) -> str:
    """One file with a test for each case, by the names of their files. Raises NotMade."""
    tests = [_test(name, case, promises.get(name)) for name, case in sorted(cases.items())]
    headers = sorted(
        {n for case in cases.values() for step in case.steps for n in step.credentials}
    )
    said = "".join(f", {curl.variable(name)} the value of {name}" for name in headers)
    schemas = any("validator" in test for test in tests)
    imports = "\nimport jsonschema\n" if schemas else ""
    return "\n\n".join([HEAD.format(variables=said, imports=imports), *tests])


def _test(name: str, case: Case, promised: Promise | None) -> str:
    steps = list(_steps(case))
    checks = _checks(case, promised)
    said = re.sub(r"[^ -~]", "?", f"{case.operation}: {case.title} ({case.cause})")
    words = said.replace("\\", "/").replace('"', "'")
    lines = [f'    """{words[:88]}."""', *steps, *checks]
    return "\n".join([f"def test_{_identifier(name)}():", *lines, ""])


def _steps(case: Case) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(case.steps):
        path = _path(case, number)
        headers = [f"{_text(n)}: {_text(v)}" for n, v in step.headers.items()]
        headers += [f'{_text(n)}: os.environ["{curl.variable(n)}"]' for n in step.credentials]
        body = base64.b64encode(step.data).decode()
        arguments = f'"{step.method}", {path}, {{{", ".join(headers)}}}, "{body}"'
        lines.append(f"    status, headers, body = answer_{number} = ask(")
        lines.append(f"        {arguments}")
        lines.append("    )")
    return lines


def _path(case: Case, number: int) -> str:
    """The path as an expression: parts that an earlier answer gave are read from there."""
    step = case.steps[number]
    taken = {take.seen: take for take in step.takes if take.step < number}
    parts: list[str] = []
    for segment in step.path.split("/"):
        take = taken.get(unquoted(segment))
        parts.append(
            f"at(answer_{take.step}[2], {_text(take.pointer)})" if take else _text(segment)
        )
    query = [_text(f"?{step.query}")] if step.query else []
    if not taken:
        return _text(step.target)
    return " + ".join([f'"/".join([{", ".join(parts)}])', *query])


def _checks(case: Case, promised: Promise | None) -> list[str]:
    match case.expected:
        case Expected.NO_SERVER_ERROR:
            return ["    assert status < 500, body[:500]"]
        case Expected.REFUSED:
            return [f"    assert 300 <= status < 500, {_text(WORDS[case.expected])}"]
        case Expected.ACCEPTED:
            return [f"    assert status not in {REJECTIONS}, body[:500]"]
        case Expected.GONE:
            return ["    assert status >= 400, body[:500]"]
        case Expected.FOUND:
            return ["    assert status != 404, body[:500]"]
        case Expected.DOCUMENTED:
            return _documented(promised)


def _documented(promised: Promise | None) -> list[str]:
    if promised is None:
        raise NotMade("the run kept nothing of what the document promises for it")
    lines = []
    if "default" not in promised.statuses:
        known = [status.lower() for status in promised.statuses]
        lines.append(f"    documented = {known!r}")
        lines.append('    assert {str(status), f"{status // 100}xx"} & set(documented), status')
    wanted = _of_status(promised)
    if wanted:
        lines.append(f"    if status == {promised.status}:")
        lines += [f"        {line}" for line in wanted]
    return lines


def _of_status(promised: Promise) -> list[str]:
    lines = []
    if promised.media_types:
        lines.append('kind = headers.get("Content-Type", "").partition(";")[0].lower()')
        lines.append(f"assert not body or kind in {list(promised.media_types)!r}, kind")
    lines += [f'assert "{name}" in headers' for name in promised.headers]
    if promised.body_schema is not None:
        lines.append(f"schema = json.loads({_text(json.dumps(promised.body_schema))})")
        lines.append("validator = jsonschema.Draft202012Validator(schema)")
        lines.append("assert not list(validator.iter_errors(json.loads(body)))")
    return lines


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower().removesuffix(".json")).strip("_")


def _text(value: str) -> str:
    """A literal of Python."""
    return ascii(value)
