"""How widgets get into pages: the Markdown extension, and the MkDocs plugin around it."""
