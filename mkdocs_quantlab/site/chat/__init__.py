"""The chat's options and its element."""
