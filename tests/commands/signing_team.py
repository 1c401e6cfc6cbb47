"""A target in a repository, a policy with people, and their keys: what sign-offs are tried on."""

import datetime
from pathlib import Path
from typing import Any, NamedTuple

from gates.shell.signatures import public_key
from tests.faults.cli import Completed, Place, fake, git

TODAY = datetime.datetime.now(datetime.UTC).date()
ROLES = {"ada": "administrator", "bo": "technical-lead"}
DEMANDS = {
    "roles": ("signoff.missing_roles", "block", "pending"),
    "refused": ("signoff.refused", "block", "fail"),
    "regimes": ("signoff.regimes_missing", "block", "pending"),
}
BUDGET = [{"name": "all", "points": 5, "gates": ["a", "b"]}]


class Team(NamedTuple):
    """A target in a repository, a policy with two people, and their keys."""

    place: Place
    target: Path
    policy: Path
    keys: dict[str, Path]

    def run(self, *more: str, output: Path | None = None) -> Completed:
        argv = ("run", self.target, "--policy", self.policy, "--level", "3", "--fresh", *more)
        return self.place.run(*argv, output=output or self.place.output)

    def approve(self, who: str, *more: str, folder: Path | None = None) -> Completed:
        argv = ("approve", folder or self.place.output, "--role", ROLES[who])
        return self.place.run(*argv, "--key", self.keys[who], *more)

    def everything(self, folder: Path | None = None) -> None:
        """All that has to be signed, signed."""
        for who in ROLES:
            done = self.approve(who, folder=folder)
            assert done.code == 0, done.stderr
        for item in ("penetration-test", "gdpr"):
            done = self.approve("ada", "--item", item, "--date", str(TODAY), folder=folder)
            assert done.code == 0, done.stderr


def team(place: Place, keys: dict[str, Path]) -> Team:
    """A target to be signed for, and a policy with every kind of gate."""
    return Team(place, signed_for(place), policy(place, keys), keys)


def signed_for(place: Place) -> Path:
    """A committed target that declares a regime."""
    target = place.target('[compliance]\nregimes = ["GDPR"]\n')
    git(target, "init", "-q", "-b", "main")
    commit(target, "one")
    return target


def commit(target: Path, words: str, author: str = "dev@example.com") -> str:
    """Commit all of it, by somebody."""
    git(target, "add", "-A")
    git(target, "-c", "user.name=D", "-c", f"user.email={author}", "commit", "-qm", words)
    return git(target, "rev-parse", "HEAD")


def policy(place: Place, keys: dict[str, Path], name: str = "p") -> Path:
    """Two measured gates, what follows from them, and what people sign."""
    file = place.policy(
        {
            "a": fake(),
            "b": fake(level=2, criteria={"errors": {**errors("Errors of b"), "skippable": True}}),
            "evidence": derived("evidence", "evidence.points", ">= 5", {"budget": BUDGET}),
            "freshness": derived("freshness", "freshness.stale_results", "== 0", HOURS),
            "sign-off": {
                "level": 3, "title": "Sign-off", "tools": ["signoff"],
                "criteria": {id: demand(id) for id in DEMANDS},
            },
        },
        name,
        roles=["administrator", "technical-lead"],
    )  # fmt: skip
    items = '[items.penetration-test]\ntitle = "t"\ncounts = "regime"\ndays = 90\n'
    file.write_text(
        file.read_text() + "".join(person(who, ROLES[who], keys) for who in ROLES) + items
    )
    return file


HOURS = {"hours": {"1": 24, "2": 24}}


def errors(title: str) -> dict[str, Any]:
    return {"title": title, "metric": "fake.errors", "pass": [["== 0"]]}


def demand(id: str) -> dict[str, Any]:
    metric, weight, unmet = DEMANDS[id]
    return {
        "title": id, "metric": metric, "pass": [["== 0"]], "weight": weight, "unmet": unmet,
    }  # fmt: skip


def derived(name: str, metric: str, bound: str, options: dict[str, Any]) -> dict[str, Any]:
    """A derived gate of one criterion."""
    criteria = {"it": {"title": name, "metric": metric, "pass": [[bound]]}}
    return {
        "level": 3, "title": name, "tools": [], "derived": name, "options": options,
        "criteria": criteria, "skippable": True,
    }  # fmt: skip


def person(who: str, role: str, keys: dict[str, Path]) -> str:
    """Somebody of the policy, as its file names them."""
    text = f'[people.{who}]\nname = "{who}"\nemails = ["{who}@example.com"]\n'
    text += f'roles = ["{role}"]\n'
    return f'{text}[[people.{who}.keys]]\nkey = """{public_key(keys[who])}"""\n'
