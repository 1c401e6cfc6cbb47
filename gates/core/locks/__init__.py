"""Readers of dependency files: from bytes to packages and what pulls them in, without a disk."""
