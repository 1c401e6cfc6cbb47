"""Compares two OpenAPI documents: what of today's breaks a client of the one before."""
