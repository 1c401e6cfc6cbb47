"""The list of requirements: both forms say the same, and every mistake is told with its place."""

from pathlib import Path

import pytest

from gates.shell import config
from gates.shell.problems import ConfigError
from gates.shell.requirement_files import Listed, read

GOOD = """
[[requirements]]
id = "FR-1"
title = "Books are found"
operations = ["listBooks", "GET /books/{id}"]

[[requirements.criteria]]
id = "FR-1.1"
text = "By title"
tests = ["test_title[a,b]", "test_other"]

[[requirements]]
id = "FR-2"
title = "Orders are placed"
priority = "should"
oracles = ["order"]
"""
TABLE = """# What was asked for

| who | what |
|---|---|
| Ada | looks |

| ID | Title | Priority | Operations | Tests | Oracles |
|:---|---|---|---|---|---|
| `FR-1` | Books are found | must | `listBooks`, `GET /books/{id}` | — | |
| FR-1.1 | By title | criterion | | `test_title[a,b]`<br>test_other | |
| **FR-2** | Orders are placed | Should | - | | order |

```
| id | title |
|---|---|
| FR-9 | an example |
```
"""
ONE = '[[requirements]]\nid = "FR-1"\ntitle = "t"\n'
HEAD = "| id | title | priority | tests |\n|---|---|---|---|\n"


def listed(tmp_path: Path, text: str, name: str = "r.toml") -> Listed:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read(tmp_path / name, f"gatescore/{name}")


def told(tmp_path: Path, text: str, name: str = "r.toml") -> list[str]:
    with pytest.raises(ConfigError) as refused:
        listed(tmp_path, text, name)
    return [str(one) for one in refused.value.problems]


def test_both_forms_are_read_alike(tmp_path: Path) -> None:
    first, second = listed(tmp_path, GOOD), listed(tmp_path, TABLE, "r.md")
    assert first.requirements == second.requirements
    assert [one.id for one in first.requirements] == ["FR-1", "FR-2"]
    assert first.requirements[0].criteria[0].tests == ("test_title[a,b]", "test_other")
    assert first.lines == {"FR-1": 2, "FR-1.1": 7, "FR-2": 12}
    assert second.lines == {"FR-1": 9, "FR-1.1": 10, "FR-2": 11}


def test_an_empty_list_is_read_as_such(tmp_path: Path) -> None:
    assert listed(tmp_path, "requirements = []").requirements == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "gatescore/r.toml: is empty; a minimal one is:"),
        ("[[requirements]\n", "Expected ']]'"),
        (ONE + ONE, '5:1: requirements[1].id: found "FR-1" twice; allowed: ids name one'),
        (
            ONE + '[[requirements.criteria]]\nid = "FR-1"\ntext = "t"\n',
            '5:1: requirements[0].criteria[0].id: found "FR-1" twice',
        ),
        (ONE + 'priority = "could"', "4:1: requirements[0].priority: found the text 'could'"),
        (ONE + 'test = ["a"]', "4:1: requirements[0].test: unknown key; allowed: criteria, id"),
        (ONE + 'tests = "a"', "4:1: requirements[0].tests: found the text 'a'; allowed: a list"),
        (ONE + 'tests = ["a", "a"]', '4:15: requirements[0].tests[1]: found "a" twice'),
        (ONE + 'oracles = [" "]', "4:12: requirements[0].oracles[0]: is empty; allowed: a name"),
        ('[[requirements]]\nid = "FR-1"\n', "requirements[0]: [requirements[0]] needs title"),
        ('[[requirements]]\nid = "FR 1"\ntitle = "t"', '2:1: requirements[0].id: found "FR 1"'),
        ('[[requirements]]\nid = "FR-1"\ntitle = " "', "3:1: requirements[0].title: is empty"),
        ("[[requirement]]\nid = 1\n", "requirement: unknown key; allowed: requirements; did you"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    (first, *_) = told(tmp_path, text)
    assert problem in first
    assert first.startswith("gatescore/r.toml")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# Nothing\n", "gatescore/r.md: has no table with the columns id and title"),
        ("| id | name |\n|---|---|\n| a | b |\n", "has no table with the columns id and title"),
        (HEAD + "| FR-1 | t | must |\n", "r.md:3:1: the row has 3 cells, its table 4 columns"),
        (HEAD + "| FR-1 | a | b | must | |\n", "r.md:3:1: the row has 5 cells, its table 4"),
        (HEAD + "| FR-1 | t | criterion | |\n", "r.md:3:1: a criterion stands above every"),
        (HEAD + "| FR-1 | t | could | |\n", "r.md:3:1: requirements[0].priority: found"),
        (
            HEAD + "| FR-1 | t | must | |\n\ntext\n\n" + HEAD + "| FR-1 | u | | |\n",
            'r.md:9:1: requirements[1].id: found "FR-1" twice',
        ),
        (
            "| id | title | test |\n|---|---|---|\n| FR-1 | t | a |\n",
            'r.md:1:1: found the column "test" which means nothing; allowed: id, title, priority',
        ),
        (
            "| id | title | id |\n|---|---|---|\n| FR-1 | t | a |\n",
            'r.md:1:1: found the column "id" twice',
        ),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    assert problem in told(tmp_path, text, "r.md")[0]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(told(tmp_path, ONE + ONE + 'priority = "could"\ntests = [""]\n')) == 3


@pytest.mark.parametrize("name", ["r.toml", "r.md"])
@pytest.mark.parametrize("data", [b"\xff\xfe", b"\0" * 1_100_000], ids=["encoding", "size"])
def test_bytes_that_are_no_list_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ConfigError, match=r"not UTF-8|is larger than"):
        read(tmp_path / name, name)


def test_a_bar_in_a_cell_is_text(tmp_path: Path) -> None:
    text = HEAD + "| FR-1 | this \\| that | must | |\n"
    assert listed(tmp_path, text, "r.md").requirements[0].title == "this | that"


@pytest.mark.parametrize("part", ["requirements", "risks"])
def test_a_target_file_names_a_list_that_exists(tmp_path: Path, part: str) -> None:
    (tmp_path / "gatescore").mkdir()
    (tmp_path / "gatescore" / f"{part}.toml").write_text("x = 1")
    target = tmp_path / "gatescore.toml"
    target.write_text(f'name = "t"\n[{part}]\n')
    assert getattr(config.read_target(target).target, part).file == f"gatescore/{part}.toml"
    target.write_text(f'name = "t"\n[{part}]\nfile = "gatescore/{part}.tml"\n')
    with pytest.raises(ConfigError) as refused:
        config.read_target(target)
    (problem,) = refused.value.problems
    assert problem.key == f"{part}.file"
    assert problem.hint == f"did you mean {part}.toml?"
