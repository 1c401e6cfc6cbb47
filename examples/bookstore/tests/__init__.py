"""Tests of the bookstore."""
