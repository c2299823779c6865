"""The built-in widgets: one folder each."""
