"""Parts of figures that several built-in widgets share, one per module."""
