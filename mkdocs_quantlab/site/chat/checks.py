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
    Check("sum", "arithmetic", "What is 12 + 9? Answer with the number only.", "number: 21"),
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
        "copy-words",
        "copying",
        "Write these words in the same order: river, stone, cloud, apple.",
        "contains: river stone cloud apple",
    ),
    Check(
        "one-to-ten",
        "counting",
        "List the numbers from 1 to 10.",
        r"regex: '\b1\D+2\D+3\D+4\D+5\D+6\D+7\D+8\D+9\D+10\b'",
    ),
    Check(
        "weekdays",
        "counting",
        "Name the seven days of the week.",
        "contains_all: [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]",
    ),
    Check("week", "counting", "How many days does a week have?", "contains: [7, seven]"),
    Check(
        "json",
        "formats",
        'Write a JSON object with the keys "name" and "age" for a person.',
        "json: [name, age]",
    ),
    Check("numbered-list", "formats", "Write a numbered list of three fruits.", "items: 3"),
    Check(
        "bulleted-list",
        "formats",
        "Give three examples of animals as a bulleted list.",
        "items: 3",
    ),
    Check("to-french", "languages", "Translate to French: Good morning.", "contains: bonjour"),
    Check("to-spanish", "languages", 'What is the Spanish word for "house"?', "contains: casa"),
    Check(
        "from-german",
        "languages",
        'What does the German word "Wasser" mean in English?',
        "contains: water",
    ),
    Check("short", "instructions", "Describe the sea in at most 15 words.", "words: at most 15"),
    Check(
        "without-word",
        "instructions",
        'Write one sentence about trees. Do not use the word "green".',
        "without: green, lines: 1",
    ),
    Check(
        "shopping-list",
        "instructions",
        "You plan a small party and write down what to buy. Write exactly four lines. Each line names one thing and has at most three "
        "words. Do not number the lines, and write nothing before or after them.",
        r"lines: 4, regex: '^([^\W\d]\S*( \S+){0,2}\s*){4}$'",
    ),
    Check("capital", "facts", "What is the capital of France?", "contains: Paris"),
    Check("planet", "facts", "Which planet is known as the Red Planet?", "contains: Mars"),
)
"""The prompts, in the order of their groups."""
