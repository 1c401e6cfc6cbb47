"""Clean shops in every style are never accused; each planted defect is found by its rule."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
shop = importlib.import_module("shop")
sys.path.pop(0)

from gates.core.model import ToolReport  # noqa: E402
from gates.core.tool import ParseError  # noqa: E402
from gates.tools import api_design, errors  # noqa: E402

TOOLS = {"api_design": api_design, "errors": errors}
Look = Callable[..., ToolReport]
PRESETS = {"flat": "error-code", "problem": "problem+json"}


@pytest.mark.parametrize("style", shop.STYLES)
@pytest.mark.parametrize("name", TOOLS)
def test_a_clean_shop(look: Look, name: str, style: str) -> None:
    with shop.running(style) as (url, _):
        report = look(TOOLS[name], url, shop.document(style))
    assert report.findings == ()
    assert {one.value for one in report.measurements.values()} == {0.0}
    assert report.examined > 3
    assert report.incomplete == ()
    assert not [note for note in report.notes if not note.startswith("refused")], report.notes


@pytest.mark.parametrize("style", shop.STYLES)
@pytest.mark.parametrize("name", TOOLS)
def test_a_clean_shop_under_the_preset_of_its_envelope(look: Look, name: str, style: str) -> None:
    wanted = PRESETS.get(style, "error-code")
    with shop.running(style) as (url, _):
        report = look(TOOLS[name], url, shop.document(style), envelope=wanted)
    assert report.findings == ()


@pytest.mark.parametrize("style", ["nested", "problem"])
@pytest.mark.parametrize("defect", shop.DEFECTS)
def test_each_planted_defect(look: Look, defect: str, style: str) -> None:
    name, rule = shop.DEFECTS[defect]
    with shop.running(style, defect) as (url, _):
        report = look(TOOLS[name], url, shop.document(style))
    found = {finding.rule for finding in report.findings}
    assert found == {rule}
    for metric, measured in report.measurements.items():
        assert measured.value == sum(one.metric == metric for one in report.findings)
    assert "canary" not in repr(report)


@pytest.mark.parametrize("name", TOOLS)
def test_the_same_findings_in_every_run(look: Look, name: str) -> None:
    """Also where the service is not fresh: what a run made before is still there."""
    defect = "trace" if name == "errors" else "put-counts"
    with shop.running("nested", defect) as (url, _):
        runs = [look(TOOLS[name], url, shop.document("nested")).findings for _ in range(3)]
    one, two, three = ([(f.rule, f.message, f.context) for f in found] for found in runs)
    assert one == two == three != []


def test_a_service_that_answers_everything_with_200_has_shown_no_error(look: Look) -> None:
    with shop.running("nested", "always") as (url, _):
        report = look(errors, url, shop.document("nested"))
        design = look(api_design, url, shop.document("nested"))
    assert report.examined == 0
    assert [one.value for one in report.measurements.values()] == [None, None]
    assert design.measurements["design.page_size_violations"].value is None


def test_a_service_that_refuses_everything_shows_no_page_and_no_repetition(look: Look) -> None:
    with shop.running("nested", "never") as (url, _):
        report = look(api_design, url, shop.document("nested"))
    assert report.measurements["design.page_size_violations"].value is None
    assert report.measurements["design.idempotency_violations"].value is None
    assert any(note.startswith("refused for every identity") for note in report.notes)


def test_without_a_document_the_envelope_is_what_answers_have_in_common(look: Look) -> None:
    with shop.running("flat") as (url, _):
        report = look(errors, url, None)
    assert report.findings == ()
    assert any("declares no schema of an error" in note for note in report.notes)


def test_budgets_are_kept(look: Look) -> None:
    with shop.running("nested") as (url, _):
        report = look(errors, url, shop.document("nested"), max_requests=3)
    assert "3 requests sent" in " ".join(report.notes)


def test_lists_too_long_to_fill_cannot_be_told(look: Look) -> None:
    whole = shop.document("nested")
    size = whole["paths"]["/v1/books"]["get"]["parameters"][0]["schema"]
    size["maximum"] = 500
    with shop.running("nested", "page-ignored") as (url, _):
        report = look(api_design, url, whole)
    measured = report.measurements["design.page_size_violations"]
    assert measured.value is None
    assert "there are only" in measured.why


def test_an_option_that_does_not_exist_is_named(look: Look) -> None:
    with shop.running("nested") as (url, _):
        for tool, options in (
            (api_design, {"off": ["path-nouns"]}),
            (errors, {"envelope": "problem"}),
        ):
            with pytest.raises(ParseError, match="allowed: "):
                look(tool, url, shop.document("nested"), **options)
