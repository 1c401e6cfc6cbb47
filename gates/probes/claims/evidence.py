"""Looks at saved evidence: a picture has to decode, an answer to be JSON or text."""

import io
import json
import warnings
from pathlib import PurePosixPath

PICTURES = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
TEXTS = frozenset(
    {".csv", ".har", ".http", ".json", ".log", ".md", ".ndjson", ".txt", ".xml", ".yaml"}
)
MOST_PIXELS = 40_000_000  # 8K has 33 million; decoded, this is 160 MB
MOST_BYTES = 32 * 2**20


def flaw(name: str, content: bytes) -> str:
    """Say why a file is no evidence, "" if it is."""
    if not content.strip():
        return "is empty"
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in TEXTS:
        return _text_flaw(suffix, content)
    return _picture_flaw(content)


def _text_flaw(suffix: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
        if suffix in (".json", ".har"):
            json.loads(text)
    except UnicodeDecodeError:
        return "is no text"
    except (ValueError, RecursionError):
        return "is no JSON"
    return ""


def _picture_flaw(content: bytes) -> str:
    """Decode all of it: a header alone is no picture."""
    from PIL import Image, UnidentifiedImageError  # takes longer to import than most logs to check

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=PICTURES) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    return f"has {width} × {height} points, more than {MOST_PIXELS}"
                image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return f"has more than {MOST_PIXELS} points"
    except UnidentifiedImageError:
        return f"is no picture: {', '.join(PICTURES)} are read"
    except Exception as error:  # noqa: BLE001  a broken picture makes a decoder raise anything
        return f"does not decode: {type(error).__name__}"
    return ""
