"""What each ggml type has over whole arrays: one line a type, under the name that `engine.ggml` registers it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mkdocs_quantlab.engine.ggml.errors import MissingPartError
from mkdocs_quantlab.fast import kquants, plain
from mkdocs_quantlab.fast.plain import affine_by_gguf, by_gguf, decode_by_gguf, symmetric_by_gguf

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[Any]  # float32
    Bytes = NDArray[Any]  # uint8

_Part = TypeVar("_Part")


class ArrayCodec(NamedTuple):
    """The functions of a type over many blocks at once; None for what it does not have.

    Weights are (blocks, weights of a block), data (blocks, bytes of a block).
    """

    decode: Callable[[Bytes], Floats] | None
    """Data to weights."""
    encode: Callable[[Floats], Bytes] | None = None
    """Weights to data, without a search for scales."""
    search: Callable[[Floats, Floats | None], Bytes] | None = None
    """Weights and their importance, if any, to data, by a search for scales."""
    search_rows: Callable[[Floats, Floats, Floats], Bytes] | None = None
    """Weights, their importance and the mean square of each block's row of the tensor, to data: for types that search with importance only."""

    @property
    def takes_importance(self) -> bool:
        """Whether an importance matrix makes a difference."""
        return self.search is not None or self.search_rows is not None


ARRAYS: dict[str, ArrayCodec] = {
    "F32": ArrayCodec(decode_by_gguf("F32"), plain.encode_f32),
    "F16": ArrayCodec(decode_by_gguf("F16"), by_gguf("F16")),
    "BF16": ArrayCodec(decode_by_gguf("BF16"), by_gguf("BF16")),
    "Q4_0": ArrayCodec(
        decode_by_gguf("Q4_0"), symmetric_by_gguf("Q4_0"), search_rows=kquants.encode_q4_0
    ),
    "Q4_1": ArrayCodec(
        decode_by_gguf("Q4_1"), affine_by_gguf("Q4_1"), search_rows=kquants.encode_q4_1
    ),
    "Q5_0": ArrayCodec(
        decode_by_gguf("Q5_0"), symmetric_by_gguf("Q5_0"), search_rows=kquants.encode_q5_0
    ),
    "Q5_1": ArrayCodec(
        decode_by_gguf("Q5_1"), affine_by_gguf("Q5_1"), search_rows=kquants.encode_q5_1
    ),
    "Q8_0": ArrayCodec(decode_by_gguf("Q8_0"), by_gguf("Q8_0")),
    "Q8_1": ArrayCodec(plain.decode_q8_1),
    "Q2_K": ArrayCodec(decode_by_gguf("Q2_K"), search=kquants.encode_q2_k),
    "Q3_K": ArrayCodec(decode_by_gguf("Q3_K"), search=kquants.encode_q3_k),
    "Q4_K": ArrayCodec(decode_by_gguf("Q4_K"), search=kquants.encode_q4_k),
    "Q5_K": ArrayCodec(decode_by_gguf("Q5_K"), search=kquants.encode_q5_k),
    "Q6_K": ArrayCodec(decode_by_gguf("Q6_K"), search=kquants.encode_q6_k),
    "Q8_K": ArrayCodec(plain.decode_q8_k),
    "IQ2_XXS": ArrayCodec(decode_by_gguf("IQ2_XXS")),
    "IQ2_XS": ArrayCodec(decode_by_gguf("IQ2_XS")),
    "IQ3_XXS": ArrayCodec(decode_by_gguf("IQ3_XXS")),
    "IQ1_S": ArrayCodec(decode_by_gguf("IQ1_S")),
    "IQ4_NL": ArrayCodec(decode_by_gguf("IQ4_NL"), search=kquants.encode_iq4_nl),
    "IQ3_S": ArrayCodec(decode_by_gguf("IQ3_S")),
    "IQ2_S": ArrayCodec(decode_by_gguf("IQ2_S")),
    "IQ4_XS": ArrayCodec(decode_by_gguf("IQ4_XS"), search=kquants.encode_iq4_xs),
    "IQ1_M": ArrayCodec(decode_by_gguf("IQ1_M")),
    "TQ1_0": ArrayCodec(decode_by_gguf("TQ1_0"), by_gguf("TQ1_0")),
    "TQ2_0": ArrayCodec(decode_by_gguf("TQ2_0"), by_gguf("TQ2_0")),
    "MXFP4": ArrayCodec(decode_by_gguf("MXFP4"), by_gguf("MXFP4")),
    "NVFP4": ArrayCodec(plain.decode_nvfp4, plain.encode_nvfp4),
    "Q1_0": ArrayCodec(plain.decode_q1_0, plain.encode_q1_0),
    "Q2_0": ArrayCodec(plain.decode_q2_0, plain.encode_q2_0),
}

_NOTHING = ArrayCodec(None)


def array_codec(name: str) -> ArrayCodec:
    """The functions of a type; all None where none are registered."""
    return ARRAYS.get(name, _NOTHING)


def required(name: str, part: str, found: _Part | None) -> _Part:
    """A function of a type that may be None.

    Raises:
        MissingPartError: It is None. The message names the part, and the file in which it can be registered.
    """
    if found is None:
        raise MissingPartError(
            name, part, "it is not registered in `ARRAYS`, mkdocs_quantlab/fast/arrays.py"
        )
    return found
