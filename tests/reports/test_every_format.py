"""One corpus of texts that act, in every field of a scorecard, read back from every format.

Wherever a reader finds a text of the run, it is the text as it was or in its visible form: B10,
B11, B46, B47, B51, B53 and B54 in all formats. The same scorecard is the same bytes (P32).
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates import outputs
from gates.core.model import (
    Aspect,
    GateResult,
    OperationEvidence,
    Scorecard,
    Status,
    Verdict,
)
from reports.visible import block, line
from tests.reports import hostile, many, readers, samples
from tests.reports.part_samples import criterion
from tests.reports.readers import READERS, texts

ROOT = Path(__file__).parents[2]
MORE = (
    "plain words",
    "1.0\nverdict=PASS",
    "../../etc/passwd\n::error::x\x1b[2J<script>",
    "@team ![x](http://a.example/x.png) | ``` #12 $x$ [^1] :smile: 21807f6e5d4c",
    "=cmd|' /c calc'!A0;=1+1;",
    "javascript:alert(1)",
    "bad\udcffname",
)
CORPUS = (*MORE, *hostile.PAYLOADS)
MARK = re.compile("⟦([0-9]+)⟧")
QUIET = ("badge.json", "verification-report.md")  # they show a name, and one gate that has it
ROUNDS = 8  # each text of the scorecard becomes another payload in each


def marked(value: Any, shift: int, seen: dict[str, str]) -> Any:
    """The value with each different text of it replaced by a payload and the mark of that."""

    def inside(each: Any) -> Any:
        return marked(each, shift, seen)

    match value:
        case Enum():
            return value
        case str():
            chosen = (len(seen) * ROUNDS + shift) % len(CORPUS)
            return seen.setdefault(value, f"{CORPUS[chosen]}⟦{chosen}⟧") if value else value
        case msgspec.Struct():
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            return type(value)(**{name: inside(each) for name, each in fields.items()})
        case tuple():
            return tuple(map(inside, value))
        case Mapping():
            return {
                key if isinstance(key, Enum) else inside(key): inside(each)
                for key, each in value.items()
            }
        case _:
            return value


def full() -> Scorecard:
    """A scorecard with a text in every field of every type that can hold one."""
    card, replace = hostile.rich(), msgspec.structs.replace
    first, *others = (
        replace(gate, findings=tuple(replace(each, context="a = 1") for each in gate.findings))
        for gate in card.gates
    )
    seen = OperationEvidence(operation="GET /", aspect=Aspect.DOCUMENTED, detail="as it says")
    criteria = [replace(each, warns="< 300") for each in first.criteria]
    more = {"criteria": tuple(criteria), "operations": (seen,)}
    run = {"resumed": ("lint",), "risks_before": {"lint": 2.0}, "unheld_since": {"lint": "2026"}}
    return replace(
        card,
        gates=(replace(first, **more), *others),
        run=replace(card.run, evidence="../run", **run),
        contacts={"team": "shop"},
        target=replace(card.target, folder="services/shop"),
    )


def forms(payload: str) -> set[str]:
    """As it was, and as it is written where it would act or hide: `visible` says how."""
    shown = {payload, json_form(payload)}
    shown |= {form(each) for form in (line, block) for each in (payload, payload.strip())}
    shown |= {each.replace("](", "] (") for each in shown}  # SARIF
    shown |= {each.replace("##[", "##\\x5b") for each in shown}  # commands of a runner
    shown |= {re.sub(r"(;[\s\"']*)(?=[=+\-@])", r"\1'", each) for each in shown}  # CSV
    return {" ".join(each.split()) for each in shown}


def json_form(payload: str) -> str:
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", payload)


@pytest.mark.parametrize("shift", range(ROUNDS))
def test_every_text_comes_back_as_it_was_or_visibly_in_every_format_b10_b11_b46_b47_b51_b53_b54(
    shift: int,
) -> None:
    known: dict[str, str] = {}
    card = marked(full(), shift, known)
    wanted = [forms(payload) for payload in CORPUS]
    for name in READERS:
        found = 0
        for text in texts(card, name):
            flat = " ".join(text.split())
            for mark in MARK.finditer(flat):
                found += 1
                before = flat[: mark.start()].rstrip()
                assert any(map(before.endswith, wanted[int(mark[1])])), (name, before[-200:])
        assert found or name in QUIET, name
    assert len(MARK.findall(" ".join(texts(card, "scorecard.json")))) >= len(known)


def every_text(value: Any) -> Iterator[tuple[str, str]]:
    """Each field that holds texts, as `Type.field`, with one of its texts."""
    match value:
        case msgspec.Struct():
            for name in value.__struct_fields__:
                for each in leaves(getattr(value, name)):
                    yield f"{type(value).__name__}.{name}", each
                yield from every_text(getattr(value, name))
        case tuple():
            for each in value:
                yield from every_text(each)
        case Mapping():
            yield from every_text(tuple(value.values()))


def leaves(value: Any) -> Iterator[str]:
    match value:
        case str() if not isinstance(value, Enum):
            yield value
        case tuple():
            for each in value:
                yield from leaves(each)
        case Mapping():
            yield from leaves((*value.keys(), *value.values()))


def fields(kind: Any, seen: set[Any]) -> Iterator[str]:
    """The fields of all types of a scorecard that can hold a text."""
    match kind:
        case msgspec.inspect.StructType(cls=cls) if cls not in seen:
            seen.add(cls)
            for each in kind.fields:
                if has_text(each.type):
                    yield f"{cls.__name__}.{each.name}"
                yield from fields(each.type, seen)
        case msgspec.inspect.UnionType():
            for each in kind.types:
                yield from fields(each, seen)
        case msgspec.inspect.VarTupleType():
            yield from fields(kind.item_type, seen)
        case msgspec.inspect.DictType():
            yield from fields(kind.value_type, seen)


def has_text(kind: Any) -> bool:
    match kind:
        case msgspec.inspect.StrType():
            return True
        case msgspec.inspect.VarTupleType():
            return has_text(kind.item_type)
        case msgspec.inspect.DictType():
            return has_text(kind.key_type) or has_text(kind.value_type)
        case _:
            return False


def test_the_scorecard_of_the_corpus_has_a_text_in_every_field_that_can_hold_one() -> None:
    possible = set(fields(msgspec.inspect.type_info(Scorecard), set()))
    used = {name for name, text in every_text(full()) if text}
    assert possible - used == set()


def test_every_format_has_a_reader_here() -> None:
    assert set(READERS) == {*outputs.BUILT_IN, "annotations"}


def digests() -> dict[str, str]:
    """Of every format of every kind of scorecard, with all mappings the other way round."""
    import hashlib

    cards = [turned(card) for card in (*hostile.every(), samples.failing(300))]
    return {
        name: hashlib.sha256(
            b"\0".join(data for card in cards for data in readers.files(card, name))
        ).hexdigest()
        for name in READERS
    }


def turned(value: Any) -> Any:
    """The value with its mappings in another order, where the environment asks for it."""
    if not os.environ.get("TURNED"):
        return value
    match value:
        case msgspec.Struct():
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            return type(value)(**{name: turned(each) for name, each in fields.items()})
        case tuple():
            return tuple(map(turned, value))
        case Mapping():
            return {key: turned(value[key]) for key in reversed(list(value))}
        case _:
            return value


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The digests of all formats, made by two processes in surroundings of their own."""
    code = "import json; from tests.reports.test_every_format import digests"
    kinds = (
        {"TZ": "Asia/Kolkata", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"TZ": "America/St_Johns", "PYTHONHASHSEED": "77", "LANG": "tr_TR.UTF-8", "TURNED": "1"},
    )
    started = [
        subprocess.Popen(
            (sys.executable, "-c", f"{code}; print(json.dumps(digests()))"),
            cwd=tmp_path_factory.mktemp("cwd"),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **kind},
            stdout=subprocess.PIPE,
        )
        for kind in kinds
    ]
    return [json.loads(process.communicate()[0]) for process in started]


@pytest.mark.parametrize("name", READERS)
def test_surroundings_change_no_byte_p32(surroundings: list[dict[str, str]], name: str) -> None:
    first, second = surroundings
    assert first[name] == second[name]


def failed(count: int, total: int = 0, **more: object) -> Scorecard:
    """A gate that failed for its one criterion, with findings of it."""
    found = many.gate("ruff", count, metric="ruff.found", state=None, **more)
    one = criterion("ruff.found", "Found", Status.FAIL, f"{total or count} is not == 0")
    one = msgspec.structs.replace(one, metric="ruff.found")
    gate = msgspec.structs.replace(found, criteria=(one,), findings_total=total or count)
    return many.card(gate)


SHOWN = [name for name in READERS if name not in ("scorecard.json", *QUIET, "progress.json")]


@pytest.mark.parametrize("name", SHOWN)
def test_a_message_of_ten_megabytes_is_cut_and_says_so_b48(name: str) -> None:
    small, large = (
        sum(map(len, readers.files(failed(1, message=text), name)))
        for text in ("begins", "begins " + "x" * 10_000_000)
    )
    assert large < small + 10_000
    if name != "criteria.csv":  # it has no findings
        shown = " ".join(texts(failed(1, message="begins " + "x" * 10_000_000), name))
        assert "begins xxx" in shown
        assert re.search(r"cut: [0-9,]+ more|more characters", shown)


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "criteria.csv"])
@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "C:\\Windows\\x"])
def test_a_place_outside_of_the_target_is_no_place_b49(name: str, path: str) -> None:
    shown = texts(failed(1, path=path, label="outside-repo", message="begins"), name)
    if name == "*.sarif":
        assert "begins" not in shown
        assert any("1 findings are in no file of the target" in text for text in shown)
    else:
        assert any("outside-repo" in text for text in shown)
        places = ("gl-code-quality.json", "annotations")
        assert name not in places or path not in shown


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "annotations"])
def test_totals_are_exact_where_not_all_is_listed_b50(name: str) -> None:
    shown = " ".join(texts(failed(60, total=100_000, rule="one"), name))
    listed = {"*.sarif": 60, "summary.md": 20, "gl-code-quality.json": 60}
    if name in listed:
        assert re.search(rf"\b{100_000 - listed[name]:,} (more|findings are counted)", shown)
    else:
        assert re.search(r"\b100,?000\b", shown)


def test_a_gate_that_did_not_run_is_loud_in_every_format_p1_p2() -> None:
    lost = GateResult(id="lint", title="Lint", level=1)
    card = many.card(lost)
    card = msgspec.structs.replace(card, verdict=Verdict.INCONCLUSIVE, complete=False)
    for name in READERS:
        shown = " ".join(texts(card, name))
        if name == "verification-report.md":
            continue  # it tells of one gate
        if name == "badge.json":
            assert "incomplete" in shown
        else:
            assert re.search(r"NOT[_ ]RUN", shown), name
    assert "<skipped" not in b"".join(readers.files(card, "junit.xml")).decode()


def test_every_row_of_bad_input_has_a_test_that_names_it() -> None:
    every = "tests/reports/test_every_format.py"
    text = (ROOT / "docs" / "reports.md").read_text("utf-8").replace("`every`", f"`{every}`")
    rows = re.findall(r"^\| ((?:[BP][0-9]+(?:, )?)+) \|.*\|(.*)\|$", text, re.MULTILINE)
    assert len(rows) > 10
    for ids, files in rows:
        sources = [
            (ROOT / file).read_text("utf-8") for file in re.findall(r"`(tests/[^`]+)`", files)
        ]
        for id in ids.split(", "):
            named = re.compile(rf"(?<![A-Za-z0-9]){id}(?![0-9])", re.IGNORECASE)
            assert any(map(named.search, sources)), id
