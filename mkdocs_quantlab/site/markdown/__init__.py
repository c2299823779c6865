"""The Markdown extension: widgets, labs and directives in a page's HTML."""
