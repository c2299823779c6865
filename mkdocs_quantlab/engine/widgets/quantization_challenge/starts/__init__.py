"""Codes to start from in the contest of formats: what a reader sees and edits, a module each."""
