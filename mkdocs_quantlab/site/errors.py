"""What an author's mistake raises."""

from __future__ import annotations

# MkDocs and ProperDocs end a build on their own exception with its message alone, and on any other with a traceback. Zensical
# runs the Markdown extension where neither is installed.
try:
    from mkdocs.exceptions import PluginError
except ImportError:
    PluginError = ValueError  # type: ignore[misc, assignment]


class LabError(PluginError):
    """Mistakes in pages or settings, each with its place."""
