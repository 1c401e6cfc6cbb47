"""Parcels on their way. The document does not have it: it is a planted defect."""

from fastapi import APIRouter

from bookstore.services import Parts

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"])


@router.get("", summary="Count parcels")
def count_parcels(parts: Parts) -> int:
    """Count the parcels on their way."""
    with parts.database.read() as connection:
        row = connection.execute("SELECT count(*) FROM orders").fetchone()
    return int(row[0])
