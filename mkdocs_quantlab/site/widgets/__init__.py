"""The widgets of a site: those of the package, those of other packages, and the author's."""
