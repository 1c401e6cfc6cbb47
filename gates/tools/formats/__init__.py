"""Readers of result formats that several adapters share."""
