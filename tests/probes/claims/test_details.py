"""Dependencies, routes, methods and lines that a claim names."""

import pytest

from gates.probes.claims import definitions
from gates.probes.claims.tree import Tree
from tests.probes.claims.conftest import rules, write

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/v1/books": {"get": {"operationId": "listBooks", "responses": {}}},
        "/v1/books/{id}": {"get": {"operationId": "getBook", "responses": {}}},
    },
}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("Dependencies: fastapi, msgspec", []),
        ("Dependencies: FastAPI[all]>=1, os, shop", []),
        ("Dependencies: none", []),
        ("Dependencies: none (the standard library is enough)", []),
        ("Dependencies: no new ones", []),
        ("Dependencies: fastapi 0.115, msgspec (to read JSON)", []),
        ("Dependencies: fastapi, gone (to read JSON)", ["dependency"]),
        ("Dependencies: fastapi, left-pad", ["dependency"]),
        ("Dependencies: left_pad==1.0", ["dependency"]),
        ("Routes: GET /v1/books, GET /v1/books/{id}", []),
        ("Routes: `GET /v1/books/:id`", []),
        ("Routes: GET /v1/authors", ["route"]),
        ("Routes: POST /v1/books and GET /v1/books", ["route"]),
        ("Methods: Store.add, add()", []),
        ("Methods: Store.remove", ["method"]),
        ("Methods: add(self, x) and gone()", ["method"]),
        ("Methods: Shelf.add", ["method"]),
    ],
)
def test_a_detail_is_checked_where_it_can_be(look, detail, expected):
    report = look(f"#FILE_CREATED: src/shop/app.py\n  {detail}\n", document=DOCUMENT)
    assert rules(report) == expected
    assert all(one.metric == "claims.false" for one in report.findings)


@pytest.mark.parametrize(
    ("detail", "rule"),
    [
        ("Routes: all of them", "route"),
        ("Methods: GET, POST", "method"),
        ("Methods: the whole class", "method"),
        ("Dependencies: the users table", "dependency"),
        ("Dependencies: PostgreSQL 15", "dependency"),
        ("Lines affected: some", "lines-affected"),
    ],
)
def test_words_for_people_are_open(look, detail, rule):
    report = look(f"#FILE_CREATED: src/shop/app.py\n  {detail}\n", document=DOCUMENT)
    assert rules(report) == [rule]
    assert [one.metric for one in report.findings] == ["claims.unverified"]


def test_without_a_document_or_a_manifest_nothing_is_false(look, tree):
    (tree / "pyproject.toml").unlink()
    log = "#FILE_CREATED: src/shop/app.py\n  Routes: GET /x\n  Dependencies: left-pad\n"
    report = look(log)
    assert {one.metric for one in report.findings} == {"claims.unverified"}


@pytest.mark.parametrize(
    ("methods", "expected"),
    [("Cart.total, pay", []), ("Cart.sum", ["method"]), ("refund", ["method"])],
)
def test_definitions_of_scripts_are_read(look, methods, expected):
    report = look(f"#FILE_CREATED: src/shop/web.js\n  Methods: {methods}\n")
    assert rules(report) == expected


def test_source_is_read_once_however_many_claims_ask_for_it(tree):
    write(tree, {"src/shop/one.py": "def first():\n    pass\n"})
    there = Tree(str(tree))
    assert definitions.of(("src/shop/one.py",), there) == {"first"}
    write(tree, {"src/shop/one.py": ""})
    assert definitions.of(("src/shop/one.py",), there) == {"first"}
    assert definitions.of(("src/shop/one.py",), Tree(str(tree))) == frozenset()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("10", []),
        ("~15 lines", []),
        ("16", ["lines-affected"]),
        ("40", ["lines-affected"]),
        ("50-52", []),
        ("50-52, 58-59", []),
        ("53-57", []),
        ("1-20", ["lines-affected"]),
    ],
)
def test_lines_affected_are_those_of_the_diff(look, tree, said, expected):
    before = [f"line {n}" for n in range(1, 101)]
    now = [f"changed {n}" if 50 <= n <= 59 else line for n, line in enumerate(before, 1)]
    write(tree, {"src/long.txt": "\n".join(now)})
    log = f"#FILE_MODIFIED: src/long.txt\n  Lines affected: {said}\n"
    report = look(log, base={"src/long.txt": "\n".join(before)})
    found = [one for one in rules(report) if one != "unmentioned-file"]
    if said in ("10", "~15 lines", "16"):
        expected = []
    assert found == expected


def test_lines_affected_without_a_base_have_to_be_there(look):
    log = "#FILE_MODIFIED: src/shop/app.py\n  Lines affected: {}\n"
    assert rules(look(log.format("2-6"))) == []
    assert rules(look(log.format("200-300"))) == ["lines-affected"]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("GET /api/v1/books", []),
        ("GET /v1/books", []),
        ("GET /books", ["route"]),
        ("GET /apiv1/books", ["route"]),
    ],
)
def test_a_route_may_be_named_with_the_path_before_all(look, route, expected):
    served = {**DOCUMENT, "servers": [{"url": "https://shop.example/api"}]}
    log = f"#FILE_CREATED: src/shop/app.py\n  Routes: {route}\n"
    assert rules(look(log, document=served)) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("main.go", "claims.unverified"), ("none.go", "claims.false")]
)
def test_methods_of_other_languages_are_open(look, tree, name, expected):
    """Nobody reads Go here: that is no proof that the method is missing."""
    write(tree, {"src/main.go": "func Serve() {}\n"})
    report = look(f"#FILE_CREATED: src/{name}\n  Methods: Serve\n")
    assert expected in {one.metric for one in report.findings}
    assert ("method" in rules(report)) and not {"holds"} & {*rules(report)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.py", 'setup(install_requires=["PyYAML>=6"])\n'),
        ("setup.cfg", "[options]\ninstall_requires =\n    PyYAML>=6\n"),
        ("Pipfile", '[packages]\npyyaml = "*"\n'),
        ("pyproject.toml", '[tool.poetry.group.dev.dependencies]\nPyYAML = "^6"\n'),
        ("requirements-dev.txt", "PyYAML==6.0\n"),
        ("uv.lock", 'version = 1\n[[package]]\nname = "pyyaml"\nversion = "6"\n'),
    ],
)
def test_every_manifest_of_a_language_is_read(look, tree, name, text):
    write(tree, {name: text})
    log = "#FILE_CREATED: src/shop/app.py\n  Dependencies: yaml{}\n"
    given = {"rules": {"root_files": ["*"]}}
    assert rules(look(log.format(""), **given)) == []
    assert rules(look(log.format(", left-pad"), **given)) == ["dependency"]
