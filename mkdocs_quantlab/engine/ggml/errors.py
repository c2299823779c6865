from __future__ import annotations


class GgmlError(ValueError):
    """Something about a ggml block that the caller can put right; the message says what."""


class UnknownTypeError(GgmlError):
    """The name is not that of a ggml type."""


class WrongLengthError(GgmlError):
    """The weights or bytes are not a whole number of blocks."""


class NotFiniteError(GgmlError):
    """A weight is NaN, infinite or beyond float32, from which ggml would make a meaningless block."""


class NotEncodableError(GgmlError):
    """The type can be decoded here, but not encoded."""
