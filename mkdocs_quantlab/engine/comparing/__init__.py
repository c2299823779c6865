"""Comparisons of models: the exported record, the statistics, and what they show."""
