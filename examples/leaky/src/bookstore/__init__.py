"""A small bookstore service: catalogue, orders and users over HTTP."""

__version__ = "1.1.0"
