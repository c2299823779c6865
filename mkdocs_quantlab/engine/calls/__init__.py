"""Calls of the page's worker that several widgets and rooms take part in."""
