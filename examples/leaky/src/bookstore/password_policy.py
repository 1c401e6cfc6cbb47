"""Which new passwords are refused: those that are guessed first."""

import re

SHORTEST = 12
LONGEST = 128
# One pattern for the document and for the check, so that both always agree.
PATTERN = "^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{12,128}$"
# What is left of the most used passwords without their digits and punctuation.
COMMON = frozenset(
    (
        *("password", "passwort", "passwordpassword", "letmein", "letmeinplease", "welcome"),
        *("welcomewelcome", "qwerty", "qwertyuiop", "qwertyqwerty", "asdfghjkl", "iloveyou"),
        *("administrator", "changeme", "changemeplease", "trustno", "bookstore", "monkey"),
        *("dragon", "football", "baseball", "sunshine", "princess", "superman", "secret"),
    )
)


def weakness(password: str, username: str) -> str | None:
    """What is wrong with a new password, in words for its owner; None if nothing is."""
    if not re.search(PATTERN, password):
        return f"Use {SHORTEST} to {LONGEST} characters: upper case, lower case and a digit"
    if password.casefold() == username.casefold():
        return "Use something else than the name"
    if "".join(filter(str.isalpha, password.casefold())) in COMMON:
        return "Too many people use this password"
    return None
