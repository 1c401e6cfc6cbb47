"""The reference that is made of the program: it has everything, and is Markdown that holds."""

import re
import tomllib
from pathlib import Path

import pytest

from gates import cli, outputs
from gates.core.states import GateStatus, Reason, Status, Verdict, Weight
from gates.shell import config
from gates.shell.schemas import editor_schema_of
from manual import assembling, checking, commands, criteria, files, surroundings, tables, verdicts
from manual.assembling import REFERENCE, ROOT, placed


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {page: render() for page, render in REFERENCE.items()}


def test_every_command_and_option_is_in_it(made: dict[str, str]) -> None:
    page = made["commands"]
    for verb in (*cli.COMMANDS, *cli.OFFERED):
        section = page.split(f"## gatescore {verb}\n")[1].split("\n## ")[0]
        for action in commands.parser_of(verb)._actions:
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert option in section, (verb, option)


def test_every_gate_and_criterion_is_in_it(made: dict[str, str]) -> None:
    policy = config.read_policy("standard").policy
    for id, gate in policy.gates.items():
        assert f"\n### {id}\n" in made["gates"]
        for name in gate.criteria:
            assert f"\n#### {name}\n" in made["gates"]


def test_every_key_of_the_files_is_in_it(made: dict[str, str]) -> None:
    for kind in files.TITLES:
        for name, body in editor_schema_of(kind)["$defs"].items():
            for key in body.get("properties", ()):
                assert f"| `{key}` |" in made[kind], (kind, name, key)


@pytest.mark.parametrize("kind", [Verdict, GateStatus, Status, Reason, Weight])
def test_every_state_has_its_meaning(kind: type, made: dict[str, str]) -> None:
    assert verdicts.TEXTS[kind.__name__].keys() <= {str(one) for one in kind}
    for one in kind:
        assert f"| `{one}` |" in made["verdicts"]


def test_every_exit_code_is_in_it() -> None:
    told = " ".join(code for code, _ in verdicts.exit_codes())
    assert told == "0 1 2 3 4 5 130 and 143"
    for code in (cli.USAGE, cli.INCONCLUSIVE, cli.REFUSED, cli.BUG, cli.CANCELLED):
        assert str(code) in told.split()


def test_variables_that_are_told_of_are_in_the_code(made: dict[str, str]) -> None:
    known = surroundings.in_the_code()
    assert surroundings.SET_BY_YOU.keys() | surroundings.HANDED_ON.keys() <= known
    assert all(f"`{name}`" in made["environment"] for name in known)


def test_every_report_that_is_written_has_its_line() -> None:
    assert surroundings.REPORTS.keys() == set(outputs.BUILT_IN)
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert surroundings.REPORTS.keys() == points["gatescore.reports"].keys()


def test_no_row_of_a_table_has_a_cell_too_many(made: dict[str, str]) -> None:
    for page, text in made.items():
        width = 0
        for line in text.splitlines():
            if not line.startswith("|"):
                width = 0
                continue
            cells = len(re.findall(r"(?<!\\)\|", line))
            assert width in (0, cells), (page, line)
            width = cells


def test_texts_that_would_act_are_shown() -> None:
    assert tables.plain("a|b <c> [d] *e*") == r"a\|b \<c\> \[d\] \*e\*"
    assert tables.plain("`a|b` c") == r"`a\|b` c"
    assert "`" not in tables.plain("one ` alone")


def test_the_menu_has_every_page_and_none_that_is_not_there() -> None:
    menu = [{"A": "a.md"}, {"B": ["b.md", {"Gone": "gone.md"}]}, {"Empty": ["no.md"]}]
    found = placed(menu, ["a.md", "b.md", "new.md", "gates/x.md", "decisions/0001.md"])
    assert found[:2] == [{"A": "a.md"}, {"B": ["b.md"]}]
    assert {"More": ["new.md"]} in found
    assert {"Reference": [{"Gates in detail": ["gates/x.md"]}]} in found
    assert not [entry for entry in found if "Empty" in entry]


def test_the_site_is_put_together_apart(tmp_path: Path) -> None:
    settings = assembling.assemble(tmp_path).read_text()
    assert (tmp_path / "pages" / "reference" / "gates.md").is_file()
    assert (tmp_path / "pages" / "index.md").read_text() == (ROOT / "docs/index.md").read_text()
    assert "reference/commands.md" in settings and "tutorial/mend.md" in settings


def test_links_out_of_the_folder_of_the_pages_become_names() -> None:
    text = "[a](../action.yml) [b](../docs/ci.md) [c](../../x/y.toml#z) [d](../gates/load.md)"
    made = assembling.at_home(text, Path("how-to/a.md"))
    assert made == "[a](../action.yml) [b](../docs/ci.md) c (`x/y.toml`) [d](../gates/load.md)"
    assert assembling.at_home("see [it](../action.yml).", Path("ci.md")) == "see it (`action.yml`)."


def test_what_the_built_site_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.html").write_text('<h1 id="x">b</h1><img src="https://cdn.example/x.png">')
    (tmp_path / "a.html").write_text(
        '<a href="b.html#x">1</a><a href="b.html#y">2</a><a href="c.html">3</a>'
        '<link rel="stylesheet" href="site.css"><a href="https://other.example/">4</a>'
        '<link rel="canonical" href="https://docs.example/a.html">'
    )
    assert checking.problems(tmp_path) == [
        "a.html: b.html#y: the page has no such place",
        "a.html: c.html: there is no such file",
        "a.html: site.css: there is no such file",
        "b.html: loads https://cdn.example/x.png",
    ]


def test_other_policies_are_told_by_what_differs(made: dict[str, str]) -> None:
    starter = made["gates"].split("## Policy starter")[1]
    assert "| `security.medium` |" in starter and "warns at" in starter
    assert criteria.shown(None) == "–"
