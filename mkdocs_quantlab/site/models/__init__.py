"""The models that a site names: where they are, what is locked, what figures get of them."""
