"""Signed files with real keys, and what they are verified against: for the tests of sign-offs."""

import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gates.core.model import ToolReport
from gates.core.signed import Approval, Item, Signed, file_name, file_text, statement
from gates.core.signers import Counted, Person, SignedItem, SigningKey, fingerprint
from gates.core.signing import Asked
from gates.shell import signatures
from tests.shell.signing_keys_made import make

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


def new_keys(folder: Path) -> Keys:
    """A key of another kind for each."""
    kinds = {"ada": "ed25519", "bo": "rsa", "cy": "ecdsa", "di": "pem", "eve": "ed25519"}
    files = {name: make(folder / name, kind) for name, kind in kinds.items()}
    return Keys(files, {name: signatures.public_key(file) for name, file in files.items()})


def person(keys: Keys, name: str, *roles: str, **more: Any) -> Person:
    held = SigningKey(key=keys.public[name], **more)
    return Person(name=name.title(), emails=(f"{name}@example.com",), roles=roles, keys=(held,))


def new_asked(keys: Keys) -> Asked:
    """A policy with four people, two roles of each level and an item of each kind."""
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
