"""Finding secrets: what one is, what is harmless, and in which text to look."""
