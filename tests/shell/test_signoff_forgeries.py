"""A suite of forgeries of sign-offs, of which none counts, each refused in its own words."""

import base64
import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.signed import FOLDER, file_text, statement
from gates.core.signing import Asked
from gates.shell import signatures, signoffs
from tests.shell.signing_keys_made import make
from tests.shell.signoffs_made import (
    COMMIT,
    DAY,
    ELSE,
    NOW,
    OTHER,
    Keys,
    approval,
    item,
    new_asked,
    new_keys,
    person,
    put,
    signed_by,
    values,
    write,
)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return new_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def asked(keys: Keys) -> Asked:
    return new_asked(keys)


Forge = Callable[[Keys, Asked, Path], Asked | None]
FORGERIES: dict[str, tuple[str, Forge]] = {}


def forgery(rule: str) -> Callable[[Forge], Forge]:
    def kept(forge: Forge) -> Forge:
        FORGERIES[forge.__name__] = (rule, forge)
        return forge

    return kept


def plain(name: str, rule: str, who: str, role: str, **changes: Any) -> None:
    """A file that its own key signed as it stands, with values that must not count."""

    def forge(keys: Keys, asked: Asked, root: Path) -> None:
        write(root, approval(keys, who, role, **changes))

    FORGERIES[name] = (rule, forge)


def plain_item(name: str, rule: str, who: str, role: str, item_name: str, **changes: Any) -> None:
    def forge(keys: Keys, asked: Asked, root: Path) -> None:
        write(root, item(keys, who, role, item_name, **changes))

    FORGERIES[name] = (rule, forge)


def edited(name: str, rule: str, old: str, new: str) -> None:
    """A good file that is edited after it was signed."""

    def forge(keys: Keys, asked: Asked, root: Path) -> None:
        text = file_text(approval(keys, "ada", "administrator"))
        assert re.search(old, text, re.DOTALL)
        put(root, f"{FOLDER}/a.toml", re.sub(old, new, text, count=1, flags=re.DOTALL))

    FORGERIES[name] = (rule, forge)


plain("another_commit", "signoff-commit", "ada", "administrator", commit=OTHER)
plain("another_policy", "signoff-policy", "ada", "administrator", policy=ELSE)
plain("other_evidence", "signoff-stale", "ada", "administrator", evidence=ELSE)
plain("another_target", "signoff-target", "ada", "administrator", target="warehouse")
plain("no_role_of_the_policy", "signoff-role", "ada", "janitor")
plain("a_role_of_somebody_else", "signoff-wrong-role", "ada", "technical-lead")
plain("an_expert_as_administrator", "signoff-wrong-role", "cy", "administrator")
plain("a_key_that_nobody_has", "signoff-key", "eve", "administrator", person="ada")
plain("somebody_unknown", "signoff-person", "eve", "administrator")
plain("the_key_of_another_person", "signoff-key", "bo", "administrator", person="ada")
plain("in_the_future", "signoff-future", "ada", "administrator", signed=NOW + DAY)
plain(
    "six_minutes_ahead", "signoff-future", "ada", "administrator",
    signed=NOW + datetime.timedelta(minutes=6),
)  # fmt: skip
plain("before_its_commit", "signoff-backdated", "ada", "administrator", signed=NOW - 3 * DAY)
plain("a_commit_cut_short", "signoff-malformed", "ada", "administrator", commit=COMMIT[:12])
plain("a_commit_in_capitals", "signoff-malformed", "ada", "administrator", commit=COMMIT.upper())
plain("evidence_that_is_no_digest", "signoff-malformed", "ada", "administrator", evidence="any")
plain("nobody_at_all", "signoff-malformed", "ada", "administrator", person=" ")
edited("role_changed", "signoff-wrong-role", 'role = "administrator"', 'role = "technical-lead"')
edited("person_changed", "signoff-key", 'person = "ada"', 'person = "di"')
edited("day_changed", "signoff-signature", r"signed = 2026-11-20", "signed = 2026-11-21")
edited("second_changed", "signoff-signature", r"T12:00:00Z", "T12:00:01Z")
edited("zone_changed", "signoff-signature", r"T12:00:00Z", "T12:00:00+01:00")
edited("part_of_a_second_added", "signoff-signature", r"T12:00:00Z", "T12:00:00.5Z")
edited("space_in_the_target", "signoff-target", '"shop"', '"shop "')
edited("signature_removed", "signoff-signature", r'signature = """.*"""\n', 'signature = ""\n')
edited("signature_left_out", "signoff-signature", r'signature = """.*"""\n', "")
edited("signature_cut", "signoff-signature", r"\n[^\n]+\n-----END", "\n-----END")
edited("signature_of_words", "signoff-signature", r'""".*"""', '"I approve"')
edited("an_unknown_key_added", "signoff-malformed", "role =", 'extra = "x"\nrole =')
edited("a_key_twice", "signoff-malformed", "role =", 'role = "x"\nrole =')
edited("another_format", "signoff-malformed", "gatescore sign-off 1", "gatescore sign-off 2")
edited("format_left_out", "signoff-malformed", 'format = "[^"]*"\n', "")
edited(
    "the_other_kind_of_file", "signoff-malformed", "gatescore sign-off 1", "gatescore signed item 1"
)
edited("time_without_zone", "signoff-malformed", r"T12:00:00Z", "T12:00:00")
edited("role_is_a_list", "signoff-malformed", '"administrator"', '["administrator"]')
plain_item("an_item_of_nobody", "signoff-item", "ada", "administrator", "party")
plain_item("an_item_by_the_wrong_role", "signoff-role", "cy", "expert", "penetration-test")
plain_item("a_role_one_has_not", "signoff-wrong-role", "cy", "administrator", "penetration-test")
plain_item(
    "a_rating_without_number", "signoff-rating", "ada", "administrator", "stakeholder-rating"
)
plain_item(
    "a_number_without_rating", "signoff-rating", "ada", "administrator", "drill-restore", rating=5.0
)
plain_item(
    "six_of_five", "signoff-malformed", "ada", "administrator", "stakeholder-rating", rating=6.0
)
plain_item(
    "a_test_of_next_week", "signoff-date", "ada", "administrator", "penetration-test",
    date=(NOW + 7 * DAY).date(),
)  # fmt: skip
plain_item(
    "an_item_of_another_target", "signoff-target", "ada", "administrator", "drill-restore",
    target="warehouse",
)  # fmt: skip
plain_item(
    "an_item_from_the_future", "signoff-future", "ada", "administrator", "drill-restore",
    signed=NOW + DAY,
)  # fmt: skip


@forgery("signoff-signature")
def signed_with_another_key(keys: Keys, asked: Asked, root: Path) -> None:
    bare = approval(keys, "ada", "administrator")
    write(root, signed_by(keys.files["eve"], bare))


@forgery("signoff-signature")
def pem_signed_with_another_key(keys: Keys, asked: Asked, root: Path) -> None:
    bare = approval(keys, "di", "administrator")
    write(root, signed_by(make(root / "mallory", "pem"), bare))


@forgery("signoff-signature")
def the_signature_of_another_file(keys: Keys, asked: Asked, root: Path) -> None:
    text = item(keys, "ada", "administrator", "drill-restore").signature
    bare = approval(keys, "ada", "administrator")
    write(root, msgspec.structs.replace(bare, signature=text))


@forgery("signoff-signature")
def an_ssh_signature_for_another_purpose(keys: Keys, asked: Asked, root: Path) -> None:
    bare = approval(keys, "ada", "administrator")
    said = root / "statement"
    said.write_bytes(statement(bare))
    signatures.keygen(("-Y", "sign", "-f", str(keys.files["ada"]), "-n", "git", str(said)))
    text = said.with_name("statement.sig").read_text()
    write(root, msgspec.structs.replace(bare, signature=text))


@forgery("signoff-signature")
def a_bare_ed25519_signature_without_our_prefix(keys: Keys, asked: Asked, root: Path) -> None:
    bare = approval(keys, "di", "administrator")
    key = signatures.private_key(keys.files["di"])
    text = base64.b64encode(key.sign(statement(bare))).decode()
    write(root, msgspec.structs.replace(bare, signature=text))


@forgery("signoff-signature")
def base64_with_spare_bits(keys: Keys, asked: Asked, root: Path) -> None:
    good = approval(keys, "di", "administrator")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters[letters.index(good.signature[-3]) + 1]
    changed = f"{good.signature[:-3]}{last}=="
    assert base64.b64decode(changed) == base64.b64decode(good.signature)
    write(root, msgspec.structs.replace(good, signature=changed))


@forgery("signoff-self")
def the_author_signs(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "ada", "administrator"))
    return msgspec.structs.replace(asked, authors=("dev@example.com", "Ada@Example.com"))


def made_by(name: str, address: str, who: str = "ada") -> None:
    """An approval by somebody who wrote some of it, under an address of theirs."""

    def forge(keys: Keys, asked: Asked, root: Path) -> Asked:
        write(root, approval(keys, who, "administrator"))
        return msgspec.structs.replace(asked, authors=("dev@example.com", address))

    FORGERIES[name] = ("signoff-self", forge)


made_by("the_author_under_a_tag", "ada+work@example.com")
made_by("the_author_in_wide_letters", "\uff21da@example.com")
made_by("the_author_with_a_sign_that_nobody_sees", "ada\u200b@example.com")
made_by("the_author_at_the_same_domain_otherwise", "ada@EXAMPLE.com.")


@forgery("signoff-self")
def the_author_at_a_forge(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "ada", "administrator"))
    there = "ada@users.noreply.github.com"
    ada = msgspec.structs.replace(asked.people["ada"], emails=("ada@example.com", there))
    people, authors = {**asked.people, "ada": ada}, (f"123+{there}",)
    return msgspec.structs.replace(asked, people=people, authors=authors)


plain("a_role_in_letters_that_look_alike", "signoff-role", "ada", "\u0430dministrator")
plain("a_role_in_wide_letters", "signoff-role", "ada", "\uff41dministrator")
plain("a_role_with_a_sign_that_nobody_sees", "signoff-role", "ada", "administrator\u200b")
plain("a_role_in_capitals", "signoff-role", "ada", "Administrator")
plain(
    "a_person_in_letters_that_look_alike",
    "signoff-person",
    "ada",
    "administrator",
    person="\u0430da",
)
plain(
    "a_person_with_a_sign_that_nobody_sees",
    "signoff-person",
    "ada",
    "administrator",
    person="ada\u200b",
)
plain("a_target_that_looks_alike", "signoff-target", "ada", "administrator", target="sh\u043ep")
plain("another_decomposition", "signoff-person", "ada", "administrator", person="a\u0308da")


@forgery("signoff-role")
def a_regime_that_lets_anybody_sign_an_item_of_the_policy(
    keys: Keys, asked: Asked, root: Path
) -> Asked:
    write(root, item(keys, "cy", "expert", "penetration-test"))
    return msgspec.structs.replace(asked, regimes=("Penetration Test",))


@forgery("signoff-key-expired")
def a_key_that_had_expired(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "ada", "administrator"))
    ada = person(keys, "ada", "administrator", valid_before=(NOW - DAY).date())
    return msgspec.structs.replace(asked, people={**asked.people, "ada": ada})


@forgery("signoff-key-expired")
def a_key_that_was_not_valid_yet(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "ada", "administrator"))
    ada = person(keys, "ada", "administrator", valid_after=NOW.date())
    return msgspec.structs.replace(asked, people={**asked.people, "ada": ada})


@forgery("signoff-expired")
def an_approval_that_is_too_old(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "ada", "administrator", signed=NOW - 31 * DAY))
    return msgspec.structs.replace(asked, committed=NOW - 40 * DAY)


@forgery("signoff-key")
def a_key_that_was_taken_out_of_the_policy(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "ada", "administrator"))
    ada = msgspec.structs.replace(person(keys, "eve", "administrator"), name="Ada")
    return msgspec.structs.replace(asked, people={**asked.people, "ada": ada})


@forgery("signoff-expert")
def an_expert_of_something_else(keys: Keys, asked: Asked, root: Path) -> Asked:
    write(root, approval(keys, "cy", "expert"))
    cy = msgspec.structs.replace(asked.people["cy"], expert_of=("docs/*",))
    people = {**asked.people, "cy": cy}
    return msgspec.structs.replace(asked, people=people, changed=("src/app.py",))


@forgery("signoff-unsigned")
def the_form_without_a_signature(keys: Keys, asked: Asked, root: Path) -> None:
    text = f'role = "administrator"\nperson = "ada"\ncommit = "{COMMIT}"\ndate = 2026-11-20\n'
    put(root, f"{FOLDER}/administrator.toml", text)


@forgery("signoff-malformed")
def a_link_to_a_good_file(keys: Keys, asked: Asked, root: Path) -> None:
    put(root, "elsewhere.toml", file_text(approval(keys, "ada", "administrator")))
    (root / FOLDER).mkdir(parents=True)
    (root / FOLDER / "a.toml").symlink_to(root / "elsewhere.toml")


@forgery("signoff-malformed")
def a_folder_that_leads_elsewhere(keys: Keys, asked: Asked, root: Path) -> None:
    outside = root.with_name(f"{root.name}-outside")
    write(outside, approval(keys, "ada", "administrator"))
    (root / "gatescore").symlink_to(outside / "gatescore")


@forgery("signoff-malformed")
def a_file_without_end(keys: Keys, asked: Asked, root: Path) -> None:
    text = file_text(approval(keys, "ada", "administrator"))
    put(root, f"{FOLDER}/a.toml", text + "#" * signoffs.LARGEST)


@forgery("signoff-malformed")
def bytes_that_are_no_text(keys: Keys, asked: Asked, root: Path) -> None:
    put(root, f"{FOLDER}/a.toml", b'role = "\xff\xfe"\n')


@forgery("signoff-malformed")
def nested_too_deeply(keys: Keys, asked: Asked, root: Path) -> None:
    put(root, f"{FOLDER}/a.toml", "role = " + "[" * 9000)


@forgery("signoff-malformed")
def a_pipe(keys: Keys, asked: Asked, root: Path) -> None:
    (root / FOLDER).mkdir(parents=True)
    os.mkfifo(root / FOLDER / "a.toml")


@pytest.mark.parametrize("name", FORGERIES)
def test_no_forgery_counts_and_each_is_refused_in_its_own_words(
    name: str, keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    """P46, B60."""
    rule, forge = FORGERIES[name]
    asked = forge(keys, asked, tmp_path) or asked
    report = signoffs.verified(tmp_path, asked)
    found = values(report)
    assert [one.rule for one in report.findings] == [rule]
    assert found["refused"] == 1
    assert (found["missing_roles"], found["regimes_missing"], found["drills_missing"]) == (2, 1, 1)
    assert found["rating"] is None
    assert report.findings[0].fix


def test_there_are_forty_forgeries_and_more() -> None:
    assert len(FORGERIES) >= 40
    assert len({rule for rule, _ in FORGERIES.values()}) >= 18


def test_every_changed_character_of_a_value_is_refused(
    keys: Keys, asked: Asked, tmp_path: Path
) -> None:
    """One byte of meaning: each character between quotes, and each digit of the time."""
    text = file_text(approval(keys, "di", "administrator"))
    body = text[: text.index("\nsignature") + 1]
    spans = [m.span(1) for m in re.finditer(r'= "?([^"\n]+)"?\n', body)]
    places = [at for start, end in spans for at in range(start, end)]
    assert len(places) > 250
    for at in places:
        other = "1" if text[at] != "1" else "2"
        put(tmp_path, f"{FOLDER}/a.toml", f"{text[:at]}{other}{text[at + 1 :]}")
        report = signoffs.verified(tmp_path, asked)
        assert values(report)["missing_roles"] == 2, text[at - 10 : at + 10]
        assert values(report)["refused"] == 1
