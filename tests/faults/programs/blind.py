"""A tool that finds nothing, whatever is planted."""

from _result import write

write(errors=0)
