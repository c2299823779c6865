"""Parts of figures that several of the package's own widgets share, a module each."""
