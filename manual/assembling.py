"""Puts the site together: the pages of docs/, the reference, and a place in the menu for each."""

import posixpath
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from manual import commands, criteria, files, surroundings, verdicts

ROOT = Path(__file__).parents[1]
PAGES = "pages"
FOLDERS = {"gates": ("Reference", "Gates in detail"), "decisions": ("Explanation", "Decisions")}
REST = "More"  # the section of pages that the menu does not name
REFERENCE: Mapping[str, Callable[[], str]] = {
    "commands": commands.page,
    "gates": criteria.gates_page,
    "metrics": criteria.metrics_page,
    "verdicts": verdicts.page,
    "files": surroundings.files_page,
    "environment": surroundings.environment_page,
    **{kind: partial(files.page, kind) for kind in files.TITLES},
}
LINK = re.compile(r"\[([^\]\n]+)\]\((\.\./[^)#\s]+)[^)]*\)")
Entry = str | dict[str, Any]


def assemble(folder: Path) -> Path:
    """Make everything that the generator reads in a folder, anew; returns its configuration."""
    pages = folder / PAGES
    for old in (pages, folder / "site"):
        shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(ROOT / "docs", pages)
    for page in pages.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(at_home(text, page.relative_to(pages)), encoding="utf-8")
    (pages / "reference").mkdir(exist_ok=True)
    for name, render in REFERENCE.items():
        (pages / "reference" / f"{name}.md").write_text(render(), encoding="utf-8")
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    found = sorted(page.relative_to(pages).as_posix() for page in pages.rglob("*.md"))
    settings["nav"] = placed(settings["nav"], found)
    file = folder / "mkdocs.yml"
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    return file


def at_home(text: str, page: Path) -> str:
    """A page whose links to files outside of docs/ name the file instead: the site has them not."""

    def named(found: re.Match[str]) -> str:
        goal = posixpath.normpath(f"docs/{page.parent.as_posix()}/{found[2]}")
        return found[0] if goal.startswith("docs/") else f"{found[1]} (`{goal}`)"

    return LINK.sub(named, text)


def placed(menu: list[Entry], pages: Iterable[str]) -> list[Entry]:
    """The menu with every page in it; entries whose page is not there (yet) are left out."""
    known = set(pages)
    kept = [entry for one in menu if (entry := kept_of(one, known)) is not None]
    left = sorted(known - set(named(kept)))
    for folder, (section, title) in FOLDERS.items():
        inside = [page for page in left if page.startswith(f"{folder}/")]
        left = [page for page in left if page not in inside]
        if inside:
            section_of(kept, section).append({title: inside})
    return [*kept, {REST: left}] if left else kept


def kept_of(entry: Entry, known: set[str]) -> Entry | None:
    """An entry without the pages that are not there; None where nothing is left."""
    if isinstance(entry, str):
        return entry if entry in known else None
    ((title, inside),) = entry.items()
    if isinstance(inside, str):
        return entry if inside in known else None
    left = [one for part in inside if (one := kept_of(part, known)) is not None]
    return {title: left} if left else None


def named(entries: Iterable[Entry]) -> Iterable[str]:
    """Every page that a menu names."""
    for entry in entries:
        inside = entry if isinstance(entry, str) else next(iter(entry.values()))
        yield from [inside] if isinstance(inside, str) else named(inside)


def section_of(menu: list[Entry], title: str) -> list[Entry]:
    """The entries of a section, which is made where it is not there."""
    for entry in menu:
        if isinstance(entry, dict) and title in entry:
            inside: list[Entry] = entry[title]
            return inside
    menu.append({title: []})
    return section_of(menu, title)
