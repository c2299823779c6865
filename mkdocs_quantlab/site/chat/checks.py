"""Prompts with rules, of kinds that quantization is known to hurt first.

An author chooses them by name (`checks` among the chat's options). `python -m benchmarks.right_answers` measures how often a small model
answers each of them right before and after quantization.
"""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    """A prompt, and what a right answer has."""

    name: str
    group: str
    prompt: str
    right: str
    """A rule, as `engine/answers/rules.py` reads it."""


CHECKS = (
    Check("sum", "arithmetic", "What is 7 + 5?", "number: 12"),
    Check("product", "arithmetic", "What is 6 times 7?", "number: 42"),
    Check("price", "arithmetic", "A pen costs 3 euros. What do 4 pens cost?", "number: 12"),
    Check(
        "copy-sentence",
        "copying",
        "Copy this line exactly: The quick brown fox jumps over the lazy dog.",
        "contains: The quick brown fox jumps over the lazy dog",
    ),
    Check("copy-number", "copying", "Copy this number: 4815162342", "contains: 4815162342"),
    Check(
        "copy-word",
        "copying",
        "Repeat this word and write nothing else: quantization",
        "equals: quantization",
    ),
    Check(
        "count-up",
        "counting",
        "Count from 1 to 10.",
        r"regex: '\b1\D+2\D+3\D+4\D+5\D+6\D+7\D+8\D+9\D+10\b'",
    ),
    Check(
        "five-times",
        "counting",
        "Write the word cat five times.",
        r"regex: '(?i)^\W*(\bcats?\b\W*){5}$'",
    ),
    Check("days", "counting", "How many days does a week have?", "contains: [7, seven]"),
    Check(
        "json",
        "formats",
        'Write a JSON object with the keys "name" and "age" for a person.',
        "json: [name, age]",
    ),
    Check("list", "formats", "Write a numbered list of three fruits.", "items: 3"),
    Check(
        "one-word",
        "formats",
        "Answer with one word: what color is the sky on a clear day?",
        "contains: blue, words: 1",
    ),
    Check("french", "languages", "Translate to French: Good morning.", "contains: bonjour"),
    Check(
        "spanish",
        "languages",
        'What is the Spanish word for "house"?',
        "contains: casa",
    ),
    Check(
        "german",
        "languages",
        'What does the German word "Wasser" mean in English?',
        "contains: water",
    ),
    Check("short", "instructions", "Describe the sea in at most 15 words.", "words: at most 15"),
    Check(
        "without",
        "instructions",
        'Write one sentence about trees that does not contain the word "green".',
        "without: green, lines: 1",
    ),
    Check("capital", "facts", "What is the capital of France?", "contains: Paris"),
    Check("planet", "facts", "Which planet is known as the Red Planet?", "contains: Mars"),
    Check(
        "boiling",
        "facts",
        "At what temperature in degrees Celsius does water boil at sea level?",
        "number: 100, which: first",
    ),
)
"""The prompts, in the order of their groups."""
