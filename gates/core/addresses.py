"""One form for all spellings of a mail address that reach the same person."""

import unicodedata

TAG = "+"  # what follows it in a mailbox sorts mail, and is the same mailbox
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}  # dots mean nothing there
NUMBERED = {"users.noreply.github.com": "+", "users.noreply.gitlab.com": "-"}  # NUMBER, sign, name
UNSEEN = ("C", "Z")  # categories of Unicode: control and format signs, and blanks


def canonical(address: str) -> str:
    """The address in one form: case, width, unseen signs, tags and the spelling of its domain.

    Two that are equal so are one person's; of two that differ it is not known.
    """
    seen = (sign for sign in folded(address) if unicodedata.category(sign)[0] not in UNSEEN)
    mailbox, at, domain = "".join(seen).rpartition("@")
    if not at:
        return domain
    domain = spelled(domain.strip("."))
    return f"{person(mailbox.strip(chr(34)), domain)}@{DOTLESS.get(domain, domain)}"


def folded(text: str) -> str:
    """The text without case and without the width and style of its letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def spelled(domain: str) -> str:
    """A domain as it is asked for: letters of other alphabets as xn--."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def person(mailbox: str, domain: str) -> str:
    """The part before the @ without what does not tell people apart."""
    number, sign, name = mailbox.partition(NUMBERED.get(domain, TAG))
    if domain in NUMBERED:
        return name if sign and name and number.isdigit() else mailbox
    plain = number or mailbox
    return plain.replace(".", "") if domain in DOTLESS else plain
