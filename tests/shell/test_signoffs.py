"""Signed files with real keys: who counts, and a suite of forgeries of which none does."""

import base64
import datetime
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from gates.core.model import ToolReport
from gates.core.signed import FOLDER, Approval, Item, Signed, file_name, file_text, statement
from gates.core.signers import Counted, Person, SignedItem, SigningKey, fingerprint
from gates.core.signing import Asked
from gates.shell import signatures, signoffs
from tests.shell.signing_keys_made import KINDS, make

NOW = datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
COMMIT, OTHER = "0123456789abcdef" * 2 + "01234567", "f" * 40  # pragma: allowlist secret
POLICY, EVIDENCE = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
ELSE = f"sha256:{'c' * 64}"
ITEMS = {
    "penetration-test": SignedItem(
        title="Penetration test", counts=Counted.REGIME, days=365, roles=("administrator",)
    ),
    "drill-restore": SignedItem(title="Restore drill", counts=Counted.DRILL, days=90),
    "stakeholder-rating": SignedItem(title="Rating", counts=Counted.RATING, days=365),
}


class Keys(NamedTuple):
    """Key files by person, and their public halves."""

    files: dict[str, Path]
    public: dict[str, str]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    kinds = {"ada": "ed25519", "bo": "rsa", "cy": "ecdsa", "di": "pem", "eve": "ed25519"}
    files = {name: make(folder / name, kind) for name, kind in kinds.items()}
    return Keys(files, {name: signatures.public_key(file) for name, file in files.items()})


def person(keys: Keys, name: str, *roles: str, **more: Any) -> Person:
    held = SigningKey(key=keys.public[name], **more)
    return Person(name=name.title(), emails=(f"{name}@example.com",), roles=roles, keys=(held,))


@pytest.fixture
def asked(keys: Keys) -> Asked:
    return Asked(
        target="shop",
        commit=COMMIT,
        now=NOW,
        policy=POLICY,
        evidence=EVIDENCE,
        roles=("administrator", "technical-lead"),
        level_2_roles=("technical-lead", "expert"),
        people={
            "ada": person(keys, "ada", "administrator"),
            "bo": person(keys, "bo", "technical-lead", "administrator"),
            "cy": person(keys, "cy", "expert"),
            "di": person(keys, "di", "administrator", "technical-lead"),
        },
        items=ITEMS,
        authors=("dev@example.com",),
        committed=NOW - 2 * DAY,
    )


def approval(keys: Keys, who: str, role: str, **changes: Any) -> Approval:
    bare = Approval(
        target="shop", role=role, person=who, commit=COMMIT, policy=POLICY, evidence=EVIDENCE,
        signed=NOW - DAY, key=fingerprint(keys.public[who]),
    )  # fmt: skip
    return signed_by(keys.files[who], msgspec.structs.replace(bare, **changes))


def item(keys: Keys, who: str, role: str, name: str, **changes: Any) -> Item:
    bare = Item(
        target="shop", item=name, role=role, person=who, date=(NOW - 9 * DAY).date(),
        signed=NOW - DAY, key=fingerprint(keys.public[who]),
    )  # fmt: skip
    return signed_by(keys.files[who], msgspec.structs.replace(bare, **changes))


def signed_by(file: Path, bare: Any) -> Any:
    text = signatures.signature(statement(bare), file)
    return msgspec.structs.replace(bare, signature=text)


def write(root: Path, *signed: Signed) -> Path:
    for one in signed:
        put(root, file_name(one), file_text(one))
    return root


def put(root: Path, name: str, text: str | bytes) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def values(report: ToolReport) -> dict[str, float | None]:
    return {name.removeprefix("signoff."): m.value for name, m in report.measurements.items()}


def everyone(keys: Keys) -> tuple[Signed, ...]:
    return (
        approval(keys, "ada", "administrator"),
        approval(keys, "bo", "technical-lead"),
        approval(keys, "cy", "expert"),
        item(keys, "ada", "administrator", "penetration-test"),
        item(keys, "cy", "expert", "drill-restore"),
        item(keys, "ada", "administrator", "stakeholder-rating", rating=4.5),
        item(keys, "bo", "technical-lead", "stakeholder-rating", rating=5.0),
    )


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
