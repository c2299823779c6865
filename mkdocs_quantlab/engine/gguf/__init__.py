"""GGUF files: what their headers say, and what follows from it."""
