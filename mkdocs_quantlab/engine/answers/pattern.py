"""Regular expressions whose search takes a time in proportion to the text, whatever the pattern.

Python's `re` backtracks: `(a+)+b` takes twice as long for each further `a` of a text, and neither a page nor a build can interrupt it.
Here a pattern becomes an automaton, and a search follows all of its ways at once (Thompson 1968, "Regular expression search
algorithm"): each character of the text costs at most `MAX_POSITIONS / 8` table look-ups. What such an automaton cannot do, references to
groups and looking around, is refused.

The syntax is a subset of Python's, and means the same: `tests/fast/answers/test_pattern.py` compares the two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LENGTH = 300
"""Characters of a pattern."""
MAX_POSITIONS = 200
"""Characters and sets of a pattern whose repetitions are written out: `a{3}` has three."""
MAX_PARTS = 1000
"""Groups and assertions count, too, because empty ones can be repeated."""
MAX_DEPTH = 20
"""Groups within groups."""

ALLOWED = (
    "characters, `.`, sets such as `[a-z]`, `\\d`, `\\w`, `\\s`, `\\b`, `^`, `$`, groups, `|`, `*`, `+`, `?`, `{2,5}`, "
    "and the flags `(?i)`, `(?m)` and `(?s)` at the beginning"
)
"""What a pattern may consist of, for messages."""

Test = tuple[bool, str, tuple[tuple[int, int], ...], str]
"""A set of characters: whether it is the complement, its single characters, its ranges, and the letters of its classes (`d`, `W`, ...)."""

_CLASSES: dict[str, Callable[[str], bool]] = {
    "d": str.isdecimal,
    "w": lambda c: c.isalnum() or c == "_",
    "s": str.isspace,
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_ANY: Test = (True, "", (), "")
_NOT_NEWLINE: Test = (True, "\n", (), "")

# Nodes of the automaton, each a tuple: its kind, then
_CHAR = 0  # the number of its position, the node after it
_FORK = 1  # the nodes that are next
_GAP = 2  # the letter of an assertion about the gap between two characters, the node after it
_END = 3

_START, _NEWLINE, _LAST_NEWLINE, _WORD, _OTHER, _STOP = range(6)
"""What stands on one side of a gap."""


class PatternError(InputError):
    """A pattern is not valid, or not allowed."""


class Pattern:
    """A regular expression.

    Args:
        source: The pattern.

    Raises:
        PatternError: It is not valid, has a part that is not allowed, or is too large.
    """

    def __init__(self, source: str) -> None:
        if len(source) > MAX_LENGTH:
            raise PatternError(
                f"a pattern has at most {MAX_LENGTH} characters; found {len(source):,}"
            )
        self.source = source
        self._flags = ""
        self._nodes: list[tuple[object, ...]] = []
        self._tests: list[Test] = []
        self._parts = 0
        self._at = 0
        if flags := re.match(r"\(\?([ims]+)\)", source):
            self._flags = flags[1]
            self._at = flags.end()
        self._begin = self._alternatives(self._node(_END), 0)
        if self._at < len(source):
            raise self._refuse("`)` closes no group")
        self._has_gaps = any(node[0] == _GAP for node in self._nodes)
        self._masks: dict[str, int] = {}
        self._tables: dict[tuple[int, int], tuple[int, list[list[int]]]] = {}

    def is_in(self, text: str) -> bool:
        """Whether the pattern matches a part of the text, as `re.search` does."""
        masks = self._masks
        end = 1 << len(self._tests)
        state, left = 0, _START
        for i, character in enumerate(text):
            right = self._side(character, is_last=i == len(text) - 1)
            reached = self._after(state, left, right)
            if reached & end:
                return True
            mask = masks.get(character)
            if mask is None:
                mask = masks[character] = self._mask(character)
            state = reached & mask
            left = _NEWLINE if right == _LAST_NEWLINE else right
        return bool(self._after(state, left, _STOP) & end)

    # The search

    def _side(self, character: str, *, is_last: bool) -> int:
        if character == "\n":
            return _LAST_NEWLINE if is_last else _NEWLINE
        return _WORD if _CLASSES["w"](character) else _OTHER

    def _mask(self, character: str) -> int:
        """The positions that take a character, as bits."""
        found = 0
        for i, test in enumerate(self._tests):
            if self._takes(test, character):
                found |= 1 << i
        return found

    def _takes(self, test: Test, character: str) -> bool:
        others = {character}
        if "i" in self._flags:
            others |= {character.lower(), character.upper()}
        is_complement, singles, ranges, classes = test
        is_in = any(
            each in singles
            or any(low <= ord(each) <= high for low, high in ranges)
            or any(_CLASSES[kind.lower()](each) == kind.islower() for kind in classes)
            for each in others
            if len(each) == 1
        )
        return is_in != is_complement

    def _after(self, state: int, left: int, right: int) -> int:
        """The positions that may be next after those of `state`, and at this gap from the beginning, as bits."""
        if not self._has_gaps:
            left = right = _OTHER
        begin, tables = self._tables.get((left, right)) or self._table(left, right)
        for table in tables:
            if not state:
                break
            begin |= table[state & 255]
            state >>= 8
        return begin

    def _table(self, left: int, right: int) -> tuple[int, list[list[int]]]:
        """What follows at a kind of gap: from the beginning, and from each set of eight positions."""
        follows = [0] * len(self._tests)
        for node in self._nodes:
            if node[0] == _CHAR:
                follows[int(str(node[1]))] = self._reach(int(str(node[2])), left, right)
        tables = []
        for base in range(0, len(follows), 8):
            table = [0] * 256
            for bits in range(1, 256):
                lowest = base + (bits & -bits).bit_length() - 1
                table[bits] = table[bits & (bits - 1)] | (
                    follows[lowest] if lowest < len(follows) else 0
                )
            tables.append(table)
        found = self._reach(self._begin, left, right), tables
        self._tables[left, right] = found
        return found

    def _reach(self, node: int, left: int, right: int) -> int:
        """The positions, and the end, that a node leads to without a character, as bits."""
        found, seen, todo = 0, {node}, [node]
        while todo:
            kind, *rest = self._nodes[todo.pop()]
            following: list[int] = []
            if kind == _CHAR:
                found |= 1 << int(str(rest[0]))
            elif kind == _END:
                found |= 1 << len(self._tests)
            elif kind == _FORK:
                following = [int(str(each)) for each in rest]
            elif self._holds(str(rest[0]), left, right):
                following = [int(str(rest[1]))]
            todo += [each for each in following if each not in seen]
            seen.update(following)
        return found

    def _holds(self, letter: str, left: int, right: int) -> bool:
        match letter:
            case "^":
                return left == _START or ("m" in self._flags and left == _NEWLINE)
            case "$":
                is_end = right in (_STOP, _LAST_NEWLINE)
                return is_end or ("m" in self._flags and right == _NEWLINE)
            case "b":
                return (left == _WORD) != (right == _WORD)
            case _:
                return (left == _WORD) == (right == _WORD)

    # The parser: each part is built from what comes after it, so that its nodes know where they lead

    def _node(self, *node: object) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _alternatives(self, after: int, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise self._refuse(f"groups are nested more than {MAX_DEPTH} deep")
        ways = [self._sequence(after, depth)]
        while self._next("|"):
            ways.append(self._sequence(after, depth))
        return ways[0] if len(ways) == 1 else self._node(_FORK, *ways)

    def _sequence(self, after: int, depth: int) -> int:
        """The nodes of what stands in a row; the parts are found first, and built from the last to the first."""
        parts: list[tuple[int, int, int | None]] = []
        while self._at < len(self.source) and self.source[self._at] not in "|)":
            begin = self._at
            self._atom(after, depth, is_built=False)
            low, high = self._repetition()
            parts.append((begin, low, high))
        end = self._at
        for begin, low, high in reversed(parts):
            after = self._repeated(begin, low, high, after, depth)
        self._at = end
        return after

    def _repeated(self, begin: int, low: int, high: int | None, after: int, depth: int) -> int:
        def build(after: int) -> int:
            self._at = begin
            return self._atom(after, depth, is_built=True)

        if high is None:
            loop = self._node(_FORK)  # which is completed when the part is built
            self._nodes[loop] = (_FORK, build(loop), after)
            after = loop
        else:
            end = after
            for _ in range(high - low):
                after = self._node(_FORK, build(after), end)
        for _ in range(low):
            after = build(after)
        return after

    def _atom(self, after: int, depth: int, *, is_built: bool) -> int:
        """One part without its repetition. What is not built is only read over."""
        self._parts += is_built
        if self._parts > MAX_PARTS or len(self._tests) > MAX_POSITIONS:
            raise PatternError(
                f"the pattern `{self.source}` is too large: with its repetitions written out, it has more than "
                f"{MAX_POSITIONS} characters and sets"
            )
        character = self.source[self._at]
        self._at += 1
        if character == "(":
            return self._group(after, depth, is_built=is_built)
        if character in "*+?" or (
            character == "{" and re.match(r"\d*,?\d*\}", self.source[self._at :])
        ):
            raise self._refuse(f"`{character}` repeats nothing")
        if character in "^$":
            return self._node(_GAP, character, after) if is_built else after
        if character == "\\" and self.source[self._at : self._at + 1] in ("b", "B"):
            self._at += 1
            return self._node(_GAP, self.source[self._at - 1], after) if is_built else after
        test = self._test(character)
        return self._position(test, after) if is_built else after

    def _group(self, after: int, depth: int, *, is_built: bool) -> int:
        if self._next("?") and not self._next(":"):
            raise self._refuse("`(?` is followed by something else than `:`")
        if is_built:
            after = self._alternatives(after, depth + 1)
        else:
            self._skip(depth + 1)
        if not self._next(")"):
            raise self._refuse("`(` is not closed")
        return after

    def _skip(self, depth: int) -> None:
        """Reads over what a group has in it."""
        if depth > MAX_DEPTH:
            raise self._refuse(f"groups are nested more than {MAX_DEPTH} deep")
        while self._at < len(self.source) and self.source[self._at] != ")":
            if self._next("|"):
                continue
            self._atom(0, depth, is_built=False)
            self._repetition()

    def _position(self, test: Test, after: int) -> int:
        self._tests.append(test)
        return self._node(_CHAR, len(self._tests) - 1, after)

    def _repetition(self) -> tuple[int, int | None]:
        """How often the part before is there: at least, and at most (None for any number)."""
        found = re.compile(r"(?:([*+?])|\{(\d{1,4})?(?:(,)(\d{1,4})?)?\})\??").match(
            self.source, self._at
        )
        if found is None or found[0].startswith(("{}", "{,}")):
            if found:
                raise self._refuse("`{` needs a number")
            return 1, 1
        self._at = found.end()
        if self.source[self._at : self._at + 1] in tuple("*+?"):
            raise self._refuse("a repetition is repeated")
        if found[1]:
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[1]]
        low = int(found[2] or 0)
        high = low if not found[3] else int(found[4]) if found[4] else None
        if high is not None and low > high:
            raise self._refuse("the repetition's first number is the larger one")
        return low, high

    def _test(self, character: str) -> Test:
        if character == ".":
            return _ANY if "s" in self._flags else _NOT_NEWLINE
        if character == "[":
            return self._set()
        if character == "\\":
            kind, single = self._escape()
            return (False, single, (), kind)
        return (False, character, (), "")

    def _escape(self) -> tuple[str, str]:
        """What follows a backslash: a class's letter, or a character."""
        if self._at == len(self.source):
            raise self._refuse("`\\` stands at the end")
        letter = self.source[self._at]
        self._at += 1
        if letter.lower() in _CLASSES:
            return letter, ""
        if letter.isascii() and letter.isalnum() and letter not in _ESCAPES:
            raise self._refuse(f"`\\{letter}` is not allowed")
        return "", _ESCAPES.get(letter, letter)

    def _set(self) -> Test:
        is_complement = self._next("^")
        singles, classes, ranges = "", "", []
        is_first = True
        while is_first or self.source[self._at : self._at + 1] != "]":
            is_first = False
            kind, low = self._member()
            if self.source[self._at : self._at + 1] == "-" and (
                self.source[self._at + 1 : self._at + 2] != "]"
            ):
                self._at += 1
                other, high = self._member()
                if kind or other or low > high:
                    raise self._refuse("a range in a set goes from one character to a later one")
                ranges.append((ord(low), ord(high)))
            else:
                classes, singles = classes + kind, singles + low
        self._at += 1
        return is_complement, singles, tuple(ranges), classes

    def _member(self) -> tuple[str, str]:
        if self._at >= len(self.source):
            raise self._refuse("`[` is not closed")
        self._at += 1
        character = self.source[self._at - 1]
        return self._escape() if character == "\\" else ("", character)

    def _next(self, character: str) -> bool:
        is_there = self.source.startswith(character, self._at)
        self._at += is_there
        return is_there

    def _refuse(self, found: str) -> PatternError:
        return PatternError(
            f"the pattern `{self.source}` is not valid at character {min(self._at, len(self.source))}: {found}; "
            f"a pattern has {ALLOWED}"
        )
