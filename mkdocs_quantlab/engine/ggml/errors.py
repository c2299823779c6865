from __future__ import annotations


class GgmlError(ValueError):
    """Something about a ggml block that the caller can put right; the message says what."""


class UnknownTypeError(GgmlError):
    """The name is not that of a ggml type."""


class MissingPartError(GgmlError):
    """A registered type lacks what was asked for, as a type that is only decoded here lacks an encoder.

    Args:
        name: The type's.
        part: What it has not, as in "decoder".
        remedy: Where the part is to be registered, or who else can do it.
    """

    def __init__(self, name: str, part: str, remedy: str) -> None:
        super().__init__(f"{name} has no {part}: {remedy}")
        self.name, self.part = name, part


class WrongLengthError(GgmlError):
    """The weights or bytes are not a whole number of blocks."""


class NotFiniteError(GgmlError):
    """A weight is NaN, infinite or beyond float32, from which ggml would make a meaningless block."""
