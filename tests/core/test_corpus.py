"""Cases as files: what is kept, what an answer has to be, and what is no case."""

import base64
from typing import Any

import msgspec
import pytest

from gates.core import corpus
from gates.core.contract_digest import FILTERED, Caught, Step, Take
from gates.core.corpus import Case, CaseError, Expected
from gates.core.redact import MARK


def step(path: str = "/v1/a?b=c", body: bytes = b"", **more: Any) -> Step:
    return Step(
        operation="GET /v1/a",
        method="GET",
        path=path,
        body=base64.b64encode(body).decode(),
        **more,
    )


def caught(rule: str = "ST101", *steps: Step, cause: str = "500") -> Caught:
    return Caught(
        operation="GET /v1/a",
        rule=rule,
        check="c",
        cause=cause,
        title="t",
        detail="",
        severity="high",
        steps=steps or (step(),),
    )


def made(one: Caught) -> Case:
    case = corpus.case_of(one, identity="", seed=3, date="2026-01-01")
    assert case is not None
    return case


def test_a_case_holds_the_request_and_no_credential() -> None:
    headers = (("Authorization", FILTERED), ("X-A", "b"))
    take = Take(step=0, pointer="/id", seen="7")
    case = made(caught("ST101", step(), step(headers=headers, body=b"{}", takes=(take,))))
    last = case.steps[-1]
    assert (last.path, last.query, last.target) == ("/v1/a", "b=c", "/v1/a?b=c")
    assert (last.headers, last.credentials) == ({"X-A": "b"}, ("Authorization",))
    assert (last.data, last.takes) == (b"{}", (take,))
    assert (case.identity, case.seed, case.date) == ("default", 3, "2026-01-01")
    assert corpus.decode(corpus.encode(case).encode()) == case
    assert corpus.steps_of(case)[-1].headers == (("X-A", "b"), ("Authorization", FILTERED))


def test_bytes_that_are_no_text_stay_what_they_are() -> None:
    case = made(caught("ST101", step(body=b"\xff\x00")))
    assert corpus.decode(corpus.encode(case).encode()).steps[0].data == b"\xff\x00"


@pytest.mark.parametrize(
    "one",
    [
        caught("ST401"),
        caught("ST101", step(path=f"/v1/{MARK}")),
        caught("ST101", step(body=MARK.encode())),
        caught("ST101", step(headers=(("X", MARK),))),
        msgspec.structs.replace(caught(), steps=()),
    ],
)
def test_what_cannot_be_replayed_is_no_case(one: Caught) -> None:
    assert corpus.case_of(one, identity="", seed=1, date="") is None


@pytest.mark.parametrize(
    ("rule", "status", "fails"),
    [
        ("ST101", 500, True),
        ("ST101", 499, False),
        ("ST102", 503, True),
        ("ST201", 200, True),
        ("ST201", 299, True),
        ("ST201", 400, False),
        ("ST203", 201, True),
        ("ST204", 405, False),
        ("ST202", 422, True),
        ("ST202", 409, False),
        ("ST202", 200, False),
        ("ST301", 200, True),
        ("ST301", 404, False),
        ("ST302", 404, True),
        ("ST302", 200, False),
        ("ST103", 999, False),  # judged by the document, elsewhere
    ],
)
def test_what_the_answer_has_to_be(rule: str, status: int, fails: bool) -> None:
    assert bool(corpus.broken(made(caught(rule)), status)) is fails


def test_every_other_rule_is_judged_by_the_document() -> None:
    assert made(caught("ST108")).expected is Expected.DOCUMENTED


def test_a_file_is_named_after_what_it_shows() -> None:
    names = {corpus.name_of(made(caught("ST101", cause=cause))) for cause in ("500", "500", "501")}
    assert len(names) == 2
    assert all(name.startswith("get-v1-a-st101-") and name.endswith(".json") for name in names)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no case"),
        ("{}", "no case"),
        ('{"unknown": 1}', "no case"),
        ('{"steps": []}', "no steps"),
        ('{"steps": [{"operation": "GET /", "method": "GET", "path": "http://h/"}]}', "start with"),
    ],
)
def test_files_that_are_no_cases(text: str, words: str) -> None:
    head = '{"operation": "GET /", "rule": "ST101", "check": "c", "cause": "", "expected": '
    whole = text.replace('{"steps"', f'{head}"refused", "steps"')
    with pytest.raises(CaseError, match=words):
        corpus.decode(whole.encode())
