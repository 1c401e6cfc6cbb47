"""Signed files with real keys: who counts, for what, and for how long."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gates.core.signed import FOLDER, file_text
from gates.core.signers import Counted, SigningKey
from gates.core.signing import Asked
from gates.shell import signatures, signoffs
from tests.shell.signing_keys_made import KINDS
from tests.shell.signoffs_made import (
    COMMIT,
    DAY,
    ITEMS,
    NOW,
    Keys,
    approval,
    everyone,
    item,
    new_asked,
    new_keys,
    put,
    values,
    write,
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return new_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def asked(keys: Keys) -> Asked:
    return new_asked(keys)


def test_everybody_has_signed(keys: Keys, asked: Asked, tmp_path: Path) -> None:
    report = signoffs.verified(write(tmp_path, *everyone(keys)), asked)
    assert values(report) == {
        "missing_roles": 0, "level_2_missing": 0, "refused": 0, "regimes_missing": 0,
        "drills_missing": 0, "rating": 4.75,
    }  # fmt: skip
    assert report.findings == report.pending == report.incomplete == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_can_sign(kind: str, keys: Keys, asked: Asked, tmp_path: Path) -> None:
    who = {"ed25519": "ada", "rsa": "bo", "ecdsa": "cy", "pem": "di"}[kind]
    role = asked.people[who].roles[0]
    report = signoffs.verified(write(tmp_path, approval(keys, who, role)), asked)
    assert (report.findings, values(report)["refused"]) == ((), 0)


def test_p46_nothing_signed_is_awaited_not_refused(asked: Asked, tmp_path: Path) -> None:
    report = signoffs.verified(tmp_path, asked)
    assert values(report) == {
        "missing_roles": 2, "level_2_missing": 2, "refused": 0, "regimes_missing": 1,
        "drills_missing": 1, "rating": None,
    }  # fmt: skip
    assert report.pending[0] == (
        f"administrator (ada or bo or di) has to sign commit {COMMIT}: "
        "gatescore approve --role administrator --key KEY RUN_DIR"
    )
    assert any("--item penetration-test --date DAY" in text for text in report.pending)


def test_one_person_signs_for_one_role(keys: Keys, asked: Asked, tmp_path: Path) -> None:
    both = (approval(keys, "bo", "technical-lead"), approval(keys, "bo", "administrator"))
    report = signoffs.verified(write(tmp_path, *both), asked)
    assert [one.rule for one in report.findings] == ["signoff-twice"]
    assert "bo has signed as administrator already" in report.findings[0].message
    assert values(report)["missing_roles"] == 1


def test_two_keys_of_one_person_are_one_person(keys: Keys, asked: Asked, tmp_path: Path) -> None:
    held = tuple(SigningKey(key=keys.public[name]) for name in ("bo", "eve"))
    bo = msgspec.structs.replace(asked.people["bo"], keys=held)
    asked = msgspec.structs.replace(asked, people={**asked.people, "bo": bo})
    write(tmp_path, approval(keys, "bo", "administrator"))
    write(tmp_path, approval(keys, "eve", "technical-lead", person="bo"))
    report = signoffs.verified(tmp_path, asked)
    assert [one.rule for one in report.findings] == ["signoff-twice"]
    assert values(report)["missing_roles"] == 1


def test_whoever_signs_one_role_twice_has_signed_once(
    keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    write(tmp_path, approval(keys, "ada", "administrator"))
    put(tmp_path, f"{FOLDER}/again.toml", file_text(approval(keys, "ada", "administrator")))
    report = signoffs.verified(tmp_path, asked)
    assert (values(report)["missing_roles"], values(report)["refused"]) == (1, 0)


@pytest.mark.parametrize(("days", "missing"), [(30, 0), (31, 1)])
def test_a_regime_that_the_policy_knows_as_an_item_asks_no_less(
    days: int, missing: int, keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    own = msgspec.structs.replace(ITEMS["penetration-test"], days=30, counts=Counted.DRILL)
    asked = msgspec.structs.replace(asked, items={"gdpr": own}, regimes=("GDPR",))
    date = (NOW - days * DAY).date()
    write(tmp_path, item(keys, "ada", "administrator", "gdpr", date=date))
    found = values(signoffs.verified(tmp_path, asked))
    assert (found["regimes_missing"], found["refused"]) == (missing, 0)


def test_two_people_may_sign_for_one_role(keys: Keys, asked: Asked, tmp_path: Path) -> None:
    write(tmp_path, approval(keys, "ada", "administrator"))
    put(tmp_path, f"{FOLDER}/b.toml", file_text(approval(keys, "di", "administrator")))
    assert values(signoffs.verified(tmp_path, asked))["refused"] == 0


REFORMATTED: dict[str, Callable[[str], str]] = {
    "keys in another order": lambda text: "\n".join(
        [
            text[text.index("signature =") :],
            *reversed(text[: text.index("signature =")].split("\n")),
        ]
    ),
    "comments and white space": lambda text: text.replace(" = ", "   =  ").replace(
        "\nrole", "\n\n# who?\nrole"
    ),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "literal strings": lambda text: re.sub(r'= "([^"\n]+)"', r"= '\1'", text),
    "escapes": lambda text: text.replace('"shop"', r'"\u0073hop"'),
    "the same moment in another zone": lambda text: text.replace(
        "T12:00:00Z", "T14:00:00.000+02:00"
    ),
    "a blank instead of T": lambda text: text.replace("20T12", "20 12"),
    "a quoted key": lambda text: text.replace("\nrole =", '\n"role" ='),
}


@pytest.mark.parametrize("how", REFORMATTED)
@pytest.mark.parametrize("who", ["ada", "di"])
def test_writing_it_anew_changes_nothing(
    how: str, who: str, keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    text = file_text(approval(keys, who, "administrator"))
    anew = REFORMATTED[how](text)
    assert anew != text
    put(tmp_path, f"{FOLDER}/a.toml", anew)
    report = signoffs.verified(tmp_path, asked)
    assert report.findings == ()
    assert values(report)["missing_roles"] == 1


def test_five_minutes_are_the_clocks_of_two_machines(
    keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    soon = approval(keys, "ada", "administrator", signed=NOW + datetime.timedelta(minutes=5))
    assert values(signoffs.verified(write(tmp_path, soon), asked))["refused"] == 0


@pytest.mark.parametrize(("days", "missing"), [(365, 0), (366, 1)])
def test_an_item_that_is_too_old_is_awaited_again(
    days: int, missing: int, keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    date = (NOW - days * DAY).date()
    one = item(keys, "ada", "administrator", "penetration-test", date=date)
    report = signoffs.verified(write(tmp_path, one), asked)
    assert (values(report)["regimes_missing"], values(report)["refused"]) == (missing, 0)
    assert any(f"Penetration test of {date} is older" in text for text in report.pending) == missing


def test_every_regime_of_the_target_needs_its_own_item(
    keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    asked = msgspec.structs.replace(asked, regimes=("GDPR", "SOC 2"))
    write(tmp_path, item(keys, "ada", "administrator", "gdpr"))
    report = signoffs.verified(tmp_path, asked)
    assert report.measurements["signoff.regimes_missing"].detail == "penetration-test, soc-2"
    write(tmp_path, item(keys, "bo", "administrator", "soc-2"))
    assert values(signoffs.verified(tmp_path, asked))["regimes_missing"] == 1


def test_without_ssh_keygen_nothing_is_judged(
    keys: Keys, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing is no refusal: we could not look, and it is said what to install."""
    write(tmp_path, approval(keys, "ada", "administrator"), approval(keys, "di", "technical-lead"))
    monkeypatch.setenv("PATH", str(tmp_path))
    report = signoffs.verified(tmp_path, asked)
    assert report.findings == ()
    (gap,) = report.incomplete
    assert "administrator.toml" in gap and "install openssh-client" in gap
    assert values(report)["missing_roles"] == 1


def test_nobody_is_told_apart_by_a_policy_without_roles(tmp_path: Path) -> None:
    """P1: nothing is examined, nothing is measured."""
    report = signoffs.verified(tmp_path, Asked(target="shop", commit=COMMIT, now=NOW))
    assert report.examined == 0
    assert set(values(report).values()) == {None}


def test_without_a_commit_nothing_can_be_signed(keys: Keys, asked: Asked, tmp_path: Path) -> None:
    asked = msgspec.structs.replace(asked, commit="unknown")
    report = signoffs.verified(write(tmp_path, approval(keys, "ada", "administrator")), asked)
    assert "the tree has no commit" in report.findings[0].message
    assert "commit the target first" in report.pending[0]


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("", 0o600, "ssh-keygen"),
        # pragma: allowlist nextline secret
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600, "not a private"),
        # pragma: allowlist nextline secret
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o644, "chmod 600"),
        (None, 0o600, "cannot be read"),
    ],
)
def test_a_key_file_that_cannot_sign_is_named(
    text: str | None, mode: int, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    if text is not None:
        file.write_text(text)
        file.chmod(mode)
    with pytest.raises(signatures.SigningError) as told:
        signatures.public_key(file)
    assert words in str(told.value) and str(file) in str(told.value)
