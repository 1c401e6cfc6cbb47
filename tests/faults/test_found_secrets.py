"""Secrets that the gate finds: each once, in the tree and in what was taken back, never shown."""

import os
import subprocess
import threading
from pathlib import Path

from tests.faults.cli import Completed, Place
from tests.tools.planted_secrets import kinds

SECRETS, OTHERS = kinds(11), kinds(99)
WHO = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
TARGET = '[code]\npaths = ["src"]\n'


def git(root: Path, *words: str) -> str:
    argv = ["git", *WHO, *words]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def commit(root: Path, files: dict[str, str]) -> str:
    """Replace all files of src; the commit's 12 digits."""
    for file in (root / "src").glob("*"):
        file.unlink()
    for name, text in {"a.py": "A = 1\n", **files}.items():
        (root / "src").mkdir(exist_ok=True)
        (root / "src" / name).write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a change")
    return git(root, "rev-parse", "HEAD")[:12]


def value(text: str) -> str:
    return text.split('"')[-2]


def scan(place: Place, target: Path, profile: str, *more: str, **places: Path) -> Completed:
    return place.run("run", target, "--gate", "secrets", "--profile", profile, *more, **places)


def told(done: Completed) -> list[tuple[str, str, tuple[str, ...]]]:
    """Path, rule, and who else found it."""
    findings = done.gate("secrets")["findings"]
    return sorted((f["path"], f["rule"], tuple(f.get("witnesses", ()))) for f in findings)


class Watch(threading.Thread):
    """Looks at the command lines of all processes until it is told to end."""

    def __init__(self, values: list[str]) -> None:
        super().__init__(daemon=True)
        self.values = [text.encode() for text in values]
        self.end = threading.Event()
        self.seen: set[bytes] = set()
        self.scanners = 0

    def run(self) -> None:
        while not self.end.wait(0.02):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                self.look(Path("/proc", pid, "cmdline"))

    def look(self, file: Path) -> None:
        try:
            line = file.read_bytes()
        except OSError:  # it ended meanwhile
            return
        self.scanners += b"kingfisher\0scan" in line
        self.seen.update(text for text in self.values if text in line)


def test_history_is_scanned_at_night_alone_and_nothing_is_shown_p64_p65(place: Place) -> None:
    target = place.target(TARGET)
    git(target, "init", "-q", "-b", "main")
    base = commit(target, {})
    added = commit(target, {"both.py": SECRETS["github"], "shop.py": SECRETS["shopify"]})
    rotated = commit(target, {"both.py": SECRETS["github"], "shop.py": OTHERS["shopify"]})
    commit(target, {"both.py": SECRETS["github"]})
    values = [value(SECRETS["github"]), value(SECRETS["shopify"]), value(OTHERS["shopify"])]

    day = scan(place, target, "ci")
    both = ("src/both.py", "github-token", ("kingfisher betterleaks.github-pat",))
    assert told(day) == [both]
    watch = Watch(values)
    watch.start()
    night = scan(place, target, "nightly", "--base", base, output=place.path / "night")
    watch.end.set()
    watch.join()

    rule = "betterleaks.shopify-access-token"
    past = sorted((f"{commit}:src/shop.py", rule, ()) for commit in (added, rotated))
    assert told(night) == sorted([both, *past])
    gate = night.gate("secrets")
    assert (gate["status"], gate["criteria"][0]["value"]) == ("FAIL", 3)
    assert f"history since {base} scanned: 3 versions of files" in gate["evidence"]["notes"]
    assert watch.scanners > 0
    assert watch.seen == set()
    folders = (place.output, place.path / "night")
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert any(file.name == "scorecard.html" for file in files)
    kept = [night.stdout, night.stderr.encode(), *(file.read_bytes() for file in files)]
    parts = [text.encode()[n : n + 12] for text in values for n in range(len(text) - 12)]
    assert not [part for part in parts if any(part in data for data in kept)]


def test_a_history_that_is_not_there_is_an_error_and_no_pass(place: Place) -> None:
    origin = place.target(TARGET, name="origin")
    git(origin, "init", "-q", "-b", "main")
    commit(origin, {"shop.py": SECRETS["shopify"]})
    commit(origin, {})
    git(place.path, "clone", "-q", "--depth", "1", f"file://{origin}", "shallow")
    done = scan(place, place.path / "shallow", "nightly")
    assert list(done.statuses.values()) == ["ERROR incomplete"]
    assert "git fetch --unshallow" in done.gate("secrets")["detail"]
