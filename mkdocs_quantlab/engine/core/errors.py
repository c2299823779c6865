from __future__ import annotations


class InputError(ValueError):
    """Something that a person gave is not accepted: an option, a file, code. The message says what was found and what is allowed.

    Attributes:
        option: The name of the option that the error is about, or None.
        line: The line of the reader's code that the error is about, from 1, or None.
    """

    option: str | None = None
    line: int | None = None
