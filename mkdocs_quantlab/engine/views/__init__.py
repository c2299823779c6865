"""Parts of figures that several widgets share."""
