"""Parcels. Nothing calls this module: each part of it is a planted defect."""

import hashlib
import smtplib
import time
from pathlib import Path


def carrier(country: str, grams: int, *, express: bool, insured: bool) -> str:
    """Choose a carrier."""
    if country == "DE":
        if express:
            if grams < 1000:
                return "falcon"
            return "eagle"
        if insured and grams < 500:
            return "snail with a lock"
        return "snail"
    if country in ("AT", "CH"):
        if express and insured:
            return "eagle with a lock"
        if grams > 5000 or insured:
            return "ox"
        return "mule"
    if country == "LI" and insured:
        return "courier"
    for limit in (1000, 5000):
        if grams < limit and not express:
            return f"ship up to {limit} g"
    return "balloon"


def parcelNumber(order_id: int) -> str:
    """A number that nobody else can guess, or so it was meant."""
    return hashlib.md5(str(order_id).encode()).hexdigest()


def note(order_id: int, spool: Path) -> None:
    """Leave a note for the packers."""
    try:
        (spool / str(order_id)).touch()
    except Exception:
        pass


async def announce(seconds: float) -> None:
    """Give the packers time."""
    time.sleep(seconds)


def mail(host: str, text: str) -> None:
    """Tell the carrier."""
    with smtplib.SMTP(host) as server:
        server.sendmail("shop@bookstore.example", ["carrier@bookstore.example"], text)
