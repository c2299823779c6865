"""The scenes that the drawing model draws: what can be in them, how they are asked for, and what they look like.

One grammar serves three ends. The model is trained on pairs of a wording and a drawing that it generates; the scorer
reads a prompt back into a scene and compares an answer with the drawing of it; and the docs list from it what the model
knows.
"""
