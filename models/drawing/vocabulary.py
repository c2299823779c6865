"""The model's vocabulary, in llama.cpp's SentencePiece kind ("llama"), and its tokenizer."""

from __future__ import annotations

import random
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from mkdocs_quantlab.engine.drawing.svg import fragments
from models.drawing.samples import training_sample

SPACE = "\u2581"
USER, ASSISTANT = "<|user|>", "<|assistant|>"
TEMPLATE = (
    "{#- Trained on " + USER + "PROMPT" + ASSISTANT + "ANSWER</s>, without newlines and without system prompts. "
    "No other template fits, not even one that looks alike, such as zephyr's. -#}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '" + USER + "' + message['content'] }}"
    "{% elif message['role'] == 'assistant' %}{{ '" + ASSISTANT + "' + message['content'] + '</s>' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '" + ASSISTANT + "' }}{% endif %}"
)  # fmt: skip
"""The format of a conversation. System prompts are left out: the model was trained without any.

`ollama create` replaces a file's template by the nearest of its own if that is less than 100 edits away, and zephyr's is 47 from this one
without its comment. The comment is no part of any prompt.
"""
UNKNOWN, BEGIN, END = 0, 1, 2
# Kinds of tokens, as GGUF numbers them.
NORMAL, UNK, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6

SIZE = 960
"""Tokens."""
SAMPLES = 20_000
"""Samples that pieces of words are learned from."""
CHARACTERS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'\"()-<>/=#" + SPACE
)


class Token(NamedTuple):
    """An entry of the vocabulary."""

    text: str
    score: float
    kind: int


def build() -> list[Token]:
    """The vocabulary: SVG fragments and numbers as they are, and the pairs of letters that join most often.

    The same every time: samples come from a seed.
    """
    tokens = [Token("<unk>", 0.0, UNK), Token("<s>", 0.0, CONTROL), Token("</s>", 0.0, CONTROL)]
    tokens += [Token(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
    tokens += [Token(USER, 0.0, CONTROL), Token(ASSISTANT, 0.0, CONTROL)]
    # llama.cpp finds these before anything else, so that a fragment is always one token.
    tokens += [Token(fragment, 0.0, USER_DEFINED) for fragment in fragments()]
    numbers = [str(number) for number in range(10, 100)]
    room = SIZE - len(tokens) - len(numbers) - len(CHARACTERS)
    pieces = numbers + _merges(room)
    tokens += [Token(piece, -1.0 - i, NORMAL) for i, piece in enumerate(pieces)]
    tokens += [Token(c, -10_000.0 - i, NORMAL) for i, c in enumerate(CHARACTERS)]
    return tokens + [Token(f"<extra_{i}>", 0.0, UNUSED) for i in range(SIZE - len(tokens))]


def _merges(most: int) -> list[str]:
    """Pieces of more than one letter, the most frequent first, by byte-pair encoding."""
    rng = random.Random(11)
    words: Counter[str] = Counter()
    for _ in range(SAMPLES):
        sample = training_sample(rng)
        texts = [sample.prompt]
        if sample.answer.startswith("<svg"):
            words.update(re.findall(r'(?:fill|stroke)="([a-z]+)"', sample.answer))
        else:
            texts.append(sample.answer)
        for text in texts:
            words.update(w.replace(" ", SPACE) for w in re.findall(r" ?[A-Za-z]+", text))
    # Most of the invented words come once only.
    parts = {word: list(word) for word, count in words.items() if count > 1}
    found: list[str] = []
    while len(found) < most:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, pieces in parts.items():
            for pair in pairwise(pieces):
                pairs[pair] += words[word]
        if not pairs:
            break
        (left, right), _ = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if left + right not in found:
            found.append(left + right)
        for word, pieces in parts.items():
            parts[word] = _joined(pieces, left, right)
    return found


def _joined(pieces: list[str], left: str, right: str) -> list[str]:
    joined: list[str] = []
    i = 0
    while i < len(pieces):
        both = pieces[i : i + 2] == [left, right]
        joined.append(left + right if both else pieces[i])
        i += 2 if both else 1
    return joined


class Tokenizer:
    """Turns texts into tokens exactly as llama.cpp does with this vocabulary."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.number = {token.text: i for i, token in enumerate(tokens)}
        self.score = {token.text: token.score for token in tokens if token.kind == NORMAL}
        whole = sorted((t.text for t in tokens if t.kind == USER_DEFINED), key=len, reverse=True)
        self.whole = re.compile("|".join(map(re.escape, whole)))
        self.word = lru_cache(100_000)(self._word)

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, without those that begin and end a message."""
        found: list[int] = []
        at = 0
        for match in self.whole.finditer(text):
            found += self._plain(text[at : match.start()])
            found.append(self.number[match[0]])
            at = match.end()
        return found + self._plain(text[at:])

    def chat(self, prompt: str) -> list[int]:
        """The tokens of a request, up to where the answer begins."""
        return [BEGIN, self.number[USER], *self.encode(prompt), self.number[ASSISTANT]]

    def decode(self, numbers: list[int]) -> str:
        """The text of tokens; special ones have none."""
        data = b""
        for number in numbers:
            token = self.tokens[number]
            if token.kind == BYTE:
                data += bytes([int(token.text[3:5], 16)])
            elif token.kind in (NORMAL, USER_DEFINED):
                data += token.text.replace(SPACE, " ").encode()
        return data.decode(errors="replace")

    def _plain(self, text: str) -> list[int]:
        words = re.findall(f"{SPACE}?[^{SPACE}]+|{SPACE}", text.replace(" ", SPACE))
        return [number for word in words for number in self.word(word)]

    def _word(self, word: str) -> tuple[int, ...]:
        """Joins the pair with the highest score, again and again, as `llm_tokenizer_spm` does."""
        pieces = list(word)
        while len(pieces) > 1:
            score, i = max(
                (self.score.get(a + b, -1e9), -i) for i, (a, b) in enumerate(pairwise(pieces))
            )
            if score == -1e9:
                break
            pieces[-i : 2 - i] = [pieces[-i] + pieces[1 - i]]
        return tuple(
            number
            for piece in pieces
            for number in (
                [self.number[piece]]
                if piece in self.score
                else [3 + byte for byte in piece.encode()]
            )
        )
