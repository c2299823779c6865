"""Rules for right answers: their syntax, and whether an answer keeps them."""
