"""Adapters over programs of other people, one module each; see `gates.core.tool`."""
