"""What a name of a file has to be before anything is written under it: below a folder, and text."""

LONGEST = 1000  # bytes of a whole name
LONGEST_PART = 255


def flaw(name: str) -> str:
    """Why a relative path with `/` cannot be trusted, "" if it can."""
    try:
        data = name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if not name or len(data) > LONGEST:
        return "its name is empty" if not name else f"its name is longer than {LONGEST} bytes"
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in name):
        return "its name has control characters"
    if "\\" in name:
        return "its name has a backslash"
    if name.startswith("/") or name[1:2] == ":":
        return "its name is an absolute path"
    parts = name.split("/")
    if ".." in parts:
        return "its name leaves the folder (..)"
    if "" in parts or "." in parts:
        return "its name has an empty part"
    if any(len(part.encode()) > LONGEST_PART for part in parts):
        return f"a part of its name is longer than {LONGEST_PART} bytes"
    return ""
