"""A policy whose people, keys or items cannot be is refused, with the key that is wrong."""

import base64
from pathlib import Path

import pytest

from gates.core import attestation_keys
from gates.shell.config import ConfigError, read_policy
from gates.shell.signatures import public_key
from tests.shell.signing_keys_made import make

POLICY = """extends = "standard"
name = "ours"
level_2_roles = ["expert"]
[people.ada]
name = "Ada"
emails = ["ada@example.com"]
roles = ["administrator"]
[[people.ada.keys]]
key = \"\"\"{key}\"\"\"
valid_before = 2030-01-01
"""


def read(folder: Path, text: str) -> str:
    """What is wrong with a policy, "" for nothing."""
    file = folder / "ours.toml"
    file.write_text(text)
    try:
        read_policy(str(file))
    except ConfigError as error:
        return str(error)
    return ""


@pytest.fixture
def key(tmp_path: Path) -> str:
    return public_key(make(tmp_path / "key"))


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa", "pem"])
def test_every_kind_of_public_key_is_read(kind: str, tmp_path: Path) -> None:
    assert read(tmp_path, POLICY.format(key=public_key(make(tmp_path / "key", kind)))) == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('roles = ["administrator"]', 'roles = ["administrater"]', "unknown role"),
        ('roles = ["administrator"]', "roles = []", "roles: is empty"),
        ('emails = ["ada@example.com"]', "emails = []", "emails: is empty"),
        ('emails = ["ada@example.com"]', 'emails = ["ada"]', "no address"),
        ("people.ada", "people.Ada", "is no id"),
        (
            "valid_before = 2030-01-01",
            "valid_before = 2030-01-01\nvalid_after = 2030-01-01",
            "never",
        ),
        ("ssh-ed25519 ", "ssh-dss ", "no kind of key"),
        ("ssh-ed25519 ", "ssh-rsa ", "no key of the kind"),
        ("ssh-ed25519 ", 'command="x" ssh-ed25519 ', "neither a line"),
        ("ssh-ed25519 AAAA", "ssh-ed25519 AAA", "key"),
        ("emails", "mails", "mails"),
        ('name = "ours"', 'name = "ours"\napproval_days = 0', "approval_days"),
    ],
)
def test_what_cannot_be_is_named(old: str, new: str, words: str, key: str, tmp_path: Path) -> None:
    text = POLICY.format(key=key)
    assert old in text
    assert words in read(tmp_path, text.replace(old, new))


def test_a_key_and_an_address_belong_to_one_person(key: str, tmp_path: Path) -> None:
    text = POLICY.format(key=key)
    other = text[text.index("[people") :].replace(".ada", ".bo").replace("ada@", "Ada@")
    said = read(tmp_path, text + other)
    assert said.count("is of ada already") == 2


@pytest.mark.parametrize(
    "email",
    ["ada+two@example.com", "\uff21da@example.com", "ada@example.com.", "ada\u200b@example.com"],
)
def test_one_person_is_not_two_by_another_spelling(email: str, key: str, tmp_path: Path) -> None:
    text = POLICY.format(key=key)
    other = POLICY.format(key=public_key(make(tmp_path / "other")))
    second = (
        other[other.index("[people") :].replace(".ada", ".bo").replace("ada@example.com", email)
    )
    assert "is of ada already" in read(tmp_path, text + second)


def test_one_key_is_not_two_by_another_form(tmp_path: Path) -> None:
    """An Ed25519 key as SSH and as PEM write it."""
    ssh = public_key(make(tmp_path / "key"))
    raw = base64.b64decode(ssh.split()[1])[-32:]
    text = POLICY.format(key=ssh)
    bo = POLICY.format(key=attestation_keys.to_pem(raw).strip())
    second = bo[bo.index("[people") :].replace(".ada", ".bo").replace("ada@", "bo@")
    assert read(tmp_path, text + second).count("is of ada already") == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [("days = 0", "days"), ('roles = ["nobody"]', "unknown role"), ('counts = "party"', "counts")],
)
def test_an_item_that_cannot_be_is_named(line: str, words: str, key: str, tmp_path: Path) -> None:
    item = {"title": 'title = "T"', "counts": 'counts = "drill"', "days": "days = 90"}
    item[line.split(" ")[0]] = line
    text = POLICY.format(key=key) + "[items.drill-x]\n" + "\n".join(item.values()) + "\n"
    assert words in read(tmp_path, text)
