"""Exported comparisons, as the chat writes them."""

from __future__ import annotations

SETTINGS = {"temperature": 0.7, "topP": 0.95, "maxTokens": 64, "think": False}


def answer(model, prompt=0, seed=1, *, text=None, right=None, control=False, **measures):
    """An answer; its text is one of a kind where none is given."""
    found = {
        "prompt": prompt,
        "isControl": control,
        "model": model,
        "answeredBy": model,
        "settings": {**SETTINGS, "seed": seed},
        "unused": [],
        "notes": [],
        "reason": "stop",
        "figures": {"total": 1},
        "thinking": "",
        "text": f"{model} {prompt} {seed}" if text is None else text,
        "measures": measures,
    }
    if right is not None:
        found["verdict"] = {
            "right": right,
            "reason": "It contains “Paris”.",
            "rule": "contains “Paris”",
        }
    return found


def comparison(answers, models=("q8", "q2"), prompts=("Capital of France?",), **other):
    """A comparison with these answers."""
    return {
        "format": "quantlab-comparison-1",
        "endpoint": {"kind": "ollama", "url": "http://localhost:11434"},
        "prompts": list(prompts),
        "system": "",
        "models": list(models),
        "seeds": sorted({each["settings"]["seed"] for each in answers}) or [1],
        "settings": SETTINGS,
        "labels": list(models),
        "cards": [None] * len(models),
        "answers": [{"cell": i, **each} for i, each in enumerate(answers)],
        **other,
    }


def rights(*rows, prompts=1, **other):
    """A comparison of models that are right or wrong with each seed, as `110` says for one of them; each row is for all prompts."""
    models = [f"q{8 >> i}" for i in range(len(rows))]
    each = len(rows[0]) // prompts
    answers = [
        answer(model, i // each, i % each + 1, right=mark == "1")
        for model, row in zip(models, rows, strict=True)
        for i, mark in enumerate(row)
    ]
    return comparison(answers, models, [f"Question {i}?" for i in range(prompts)], **other)
