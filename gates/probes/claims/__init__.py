"""Whether what the implementation log claims is so: files, evidence, verifications, statements."""
