"""Links of documents: to files and headings of the tree, and nowhere else."""

from pathlib import Path

import pytest

from gates.core.target import Documentation
from gates.probes.documentation import links

README = (
    "# Shop\n\n## Set up & run\n\n## Errors\n\n## Errors\n\n## `GET /books`\n<a id='Own'></a>\n"
)
TREE = {
    "README.md": README,
    "docs/a b.md": "# A\n\n### Deep {#down}\n",
    "docs/guide.md": "# Guide\n",
    "docs/sub/x.md": "# X\n",
    "src/main.py": "one\ntwo\nthree\n",
    "logo.svg": "<svg/>",
    "docs/static/img/logo.svg": "<svg/>",
}


def dead(tmp_path: Path, text: str, document: str = "docs/guide.md") -> list[str]:
    for name, content in (TREE | {document: text}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    look = links.looked(tmp_path, Documentation())
    assert look.measurement.value == len(look.findings)
    assert all(finding.path == document for finding in look.findings)
    return [finding.message.removeprefix(f"{document} links to ") for finding in look.findings]


@pytest.mark.parametrize(
    "text",
    [
        "[a](../README.md) [b](/README.md) [c](sub/x.md) [d](./sub) [e](sub/x)",
        "[a](<a b.md>) [b](a%20b.md) ![c](../logo.svg 'A logo') [![d](../logo.svg)](sub/x.md)",
        "[a](../README.md#set-up--run) [b](../README.md#errors-1) [c](../README.md#get-books)",
        "[a](../README.md#set-up-run) [b](../README.md#own) [c](a%20b.md#down) [d](#g)\n# G",
        "[a](../src/main.py#L3) [b](../src/main.py#L1-L3) [c](../src/main.py#anything)",
        "[a](https://nowhere.example/x) [b](mailto:a@b.c) [c](//x.example) [d](tel:1)",
        "`[a](gone.md)` and\n\n```\n[b](gone.md)\n```\n\n<!-- [c](gone.md) -->\n\n    [d](gone.md)",
        "[a]({{ site.url }}/x.md) [b](${HOME}/x.md)",
        "[a][1]\n\n[1]: sub/x.md\n[^2]: gone.md is what a foot note says",
        "<a href='sub/x.md'>x</a> <img src=\"../logo.svg\">",
        "a list [0] of (gone.md) things",
        "[a](/sub/x.md) ![b](/img/logo.svg) [c](/pages/tour/)",
        "---\ntitle: A page\n---\n[a](/docs/of-the-site/) ![b](/static/gone.png)",
    ],
)
def test_links_that_lead_somewhere_or_elsewhere_are_fine(tmp_path: Path, text: str) -> None:
    assert dead(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](gone.md)", "gone.md, which is not there"),
        ("[a](../README.md#set-up)", "../README.md#set-up, which has no such heading"),
        ("[a](#nope)", "#nope, which has no such heading"),
        ("[a](../README.md#errors-2)", "../README.md#errors-2, which has no such heading"),
        ("[a](../src/main.py#L4)", "../src/main.py#L4, which has only 3 lines"),
        ("![a](logo.svg)", "logo.svg, which is not there"),
        ("[a][1]\n\n[1]: gone.md", "gone.md, which is not there"),
        ("<img src='gone.png'>", "gone.png, which is not there"),
        ("[a](../readme.md)", "../readme.md, which is not there"),
        ("[a](/docs/gone.md)", "/docs/gone.md, which is not there"),
        ("---\ntitle: A page\n---\n[a](gone/)", "gone/, which is not there"),
    ],
)
def test_dead_links_are_named_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    assert dead(tmp_path, text) == [said]


def test_at_the_root_a_slash_means_the_root(tmp_path: Path) -> None:
    """A README is read in the repository: only a page may mean the site that it becomes."""
    assert dead(tmp_path, "[a](/gone.md) [b](/gone/)", "README.md") == [
        "/gone.md, which is not there",
        "/gone/, which is not there",
    ]


def test_what_leaves_the_tree_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "way-out.md").symlink_to(tmp_path / "secret.md")
    (tree / "README.md").write_text("[a](../secret.md) [b](way-out.md#secret) [c](../../../etc)\n")
    look = links.looked(tree, Documentation())
    assert look.findings == ()
    assert look.notes == ("3 links lead out of the target: not looked at",)
    assert look.examined == 1


def test_installed_packages_and_sources_are_no_documents(tmp_path: Path) -> None:
    for name in ("docs/node_modules/x/README.md", "src/notes.md", "docs/own.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("[a](gone.md)\n")
    assert [f.path for f in links.looked(tmp_path, Documentation()).findings] == ["docs/own.md"]


def test_no_document_is_nothing_looked_at(tmp_path: Path) -> None:
    look = links.looked(tmp_path, Documentation())
    assert (look.measurement.value, look.examined) == (None, 0)
    assert "no Markdown document" in look.measurement.why
