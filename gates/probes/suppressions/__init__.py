"""Counts comments that switch a check off, now and at the base, and settings that weaken a tool."""
