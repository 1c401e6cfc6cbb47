"""A run that people have to sign: what is attested of it, and when."""

import json
from pathlib import Path

from tests.commands.test_approve import Team, keys, team
from tests.faults.cli import git

__all__ = ["keys", "team"]  # fixtures


def test_a_run_is_attested_once_people_have_signed(team: Team) -> None:
    """Pending it is refused; signed, judged and attested it is accepted for its commit."""
    place, folder, key = team.place, team.place.output, team.place.path / "gates.key"
    team.run()
    place.run("keygen", key)
    attest = ("attest", folder, "--key", key, "--commit", git(team.target, "rev-parse", "HEAD"))
    pending = place.run(*attest)
    assert (pending.code, "INCONCLUSIVE" in pending.stderr) == (3, True)
    team.everything()
    signed_since = place.run(*attest)
    assert (signed_since.code, "gatescore judge" in signed_since.stderr) == (3, True)
    assert place.run("judge", folder, "--output", folder).code == 0
    assert place.run(*attest).code == 0
    assert place.run(*verify(team, folder)).code == 0
    moved = Path(team.target.rename(place.path / "moved"))
    away = place.run(*attest)
    assert (away.code, "--target" in away.stderr) == (3, True)
    assert place.run(*attest, "--target", moved).code == 0


def test_an_approval_that_is_changed_is_not_attested(team: Team) -> None:
    team.run()
    team.everything()
    place, folder, key = team.place, team.place.output, team.place.path / "gates.key"
    place.run("keygen", key)
    place.run("judge", folder, "--output", folder)
    for file in (team.target / "gatescore" / "signoffs").iterdir():
        file.write_text(file.read_text().replace("ada", "eve"))
    done = place.run("attest", folder, "--key", key)
    assert (done.code, "not what the stored evidence gives" in done.stderr) == (3, True)


def test_a_run_under_a_policy_that_has_changed_since_is_not_attested(team: Team) -> None:
    """Whoever adds a person after the run is told to run it again, not that somebody cheated."""
    place, folder, key = team.place, team.place.output, team.place.path / "gates.key"
    team.run()
    place.run("keygen", key)
    team.policy.write_text(team.policy.read_text() + "# one more\n")
    team.everything()
    early = place.run("attest", folder, "--key", key)
    assert (early.code, "name the right one with --policy" in early.stderr) == (3, True)
    place.run("judge", folder, "--output", folder)
    done = place.run("attest", folder, "--key", key)
    assert (done.code, "run it again under the one that counts" in done.stderr) == (3, True)


def verify(team: Team, folder: Path) -> tuple[str, ...]:
    """The arguments of a deploy step that wants the run of this commit."""
    card = json.loads((folder / "scorecard.json").read_bytes())
    return (
        *("verify", "--envelope", str(folder / "attestation.intoto.jsonl")),
        *("--key", str(team.place.path / "gates.key.pub")),
        *("--subject", f"gitCommit:{git(team.target, 'rev-parse', 'HEAD')}"),
        *("--policy-digest", card["policy"]["digest"], "--require", "L1,L3,a,sign-off"),
    )
