"""Documents that lie where other teams keep them are found; what a target names is not guessed."""

from pathlib import Path

import pytest

from gates.core.target import Documentation
from gates.probes._common import ProbeError
from gates.probes.documentation import files
from gates.probes.documentation.usual import settled

LONG = "This text says enough about the matter to be more than a stub. " * 3


def write(tree: Path, *names: str, text: str = LONG) -> None:
    for name in names:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)


@pytest.mark.parametrize(
    ("there", "key", "found"),
    [
        ("CHANGES.rst", "changelog", "CHANGES.rst"),
        ("docs/adr/0001-x.md", "decisions", "docs/adr"),
        ("ARCHITECTURE.md", "architecture", "ARCHITECTURE.md"),
        (".env.sample", "env_example", ".env.sample"),
        ("changes.md", "changelog", "CHANGELOG.md"),
    ],
)
def test_a_usual_place_is_as_good_as_the_default(
    tmp_path: Path, there: str, key: str, found: str
) -> None:
    write(tmp_path, there)
    assert getattr(settled(tmp_path, Documentation()), key) == found


def test_the_default_comes_first_and_stays_where_nothing_is(tmp_path: Path) -> None:
    write(tmp_path, "CHANGELOG.md", "CHANGES.rst")
    assert settled(tmp_path, Documentation()) == Documentation()


def test_what_is_named_is_not_looked_for_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, "CHANGES.rst", "ARCHITECTURE.md")
    found = settled(tmp_path, Documentation(changelog="docs/gone.md", architecture=""))
    assert (found.changelog, found.architecture) == ("docs/gone.md", "ARCHITECTURE.md")


def test_a_usual_place_outside_of_the_tree_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere.md")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "CHANGES.md").symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(ProbeError, match="leads out of the target"):
        settled(tmp_path / "tree", Documentation())


def flaws(tree: Path, key: str, **named: str) -> list[str]:
    documents = files.documents(tree, Documentation(**named))
    return [
        finding.message
        for document in documents
        if document.key == key
        for finding in files.check(tree, document)
    ]


def test_a_file_that_is_to_be_several_documents_has_a_section_on_each(tmp_path: Path) -> None:
    """One README named for everything would pass as a runbook because it can be installed."""
    readme = f"# Shop\n{LONG}\n## Set up\n    make run\n\n## Known issues\n{LONG}\n### Old\nNone.\n"
    write(tmp_path, "README.md", text=readme)
    both = {"known_issues": "README.md", "runbook": "README.md"}
    assert flaws(tmp_path, "known_issues", **both) == []
    assert flaws(tmp_path, "runbook", **both) == ["README.md has no section on runbook"]
    write(tmp_path, "README.md", text=f"{readme}\n## Deployment\nAsk those who know it.\n")
    assert flaws(tmp_path, "runbook", **both) == [
        "README.md has 5 words; at least 10 are expected",
        "README.md holds no command",
    ]
    write(tmp_path, "README.md", text=f"{readme}\n## Deployment\n{LONG}\n\n    make deploy\n")
    assert flaws(tmp_path, "runbook", **both) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Changes\n## 1.1\n## 1.0 (2026-01-01)\n- The first release of the shop.\n", []),
        (
            "# Changes of the shop\n## 1.1 of it\n",
            ['the section "1.1 of it" of CHANGELOG.md is empty'],
        ),
    ],
)
def test_an_empty_release_among_others_makes_no_stub(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    write(tmp_path, "CHANGELOG.md", text=text)
    assert flaws(tmp_path, "changelog") == said
