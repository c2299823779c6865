"""ggml's own quantizers, called by ctypes in the shared library that the xllamacpp wheel carries."""

from __future__ import annotations

import ctypes
import importlib.util
from pathlib import Path

import numpy as np

_FLOATS = ctypes.POINTER(ctypes.c_float)


class _Traits(ctypes.Structure):
    """`struct ggml_type_traits` of ggml.h."""

    _fields_ = (
        ("type_name", ctypes.c_char_p),
        ("blck_size", ctypes.c_int64),
        ("blck_size_interleave", ctypes.c_int64),
        ("type_size", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.CFUNCTYPE(None, ctypes.c_void_p, _FLOATS, ctypes.c_int64)),
        ("from_float_ref", ctypes.CFUNCTYPE(None, _FLOATS, ctypes.c_void_p, ctypes.c_int64)),
    )


def library() -> Path | None:
    """The wheel's shared library, found without importing it; None where the wheel is not installed."""
    spec = importlib.util.find_spec("xllamacpp")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("xllamacpp*.so"), None)


class Ggml:
    """The reference implementation. Types are named by their ids."""

    def __init__(self, path: Path) -> None:
        self._lib = ctypes.CDLL(str(path))
        self._lib.ggml_quantize_chunk.restype = ctypes.c_size_t
        self._lib.ggml_quantize_chunk.argtypes = [
            ctypes.c_int,
            _FLOATS,
            ctypes.c_void_p,
            ctypes.c_int64,
            ctypes.c_int64,
            ctypes.c_int64,
            _FLOATS,
        ]
        self._lib.ggml_row_size.restype = ctypes.c_size_t
        self._lib.ggml_row_size.argtypes = [ctypes.c_int, ctypes.c_int64]
        self._lib.ggml_quantize_requires_imatrix.restype = ctypes.c_bool
        self._lib.ggml_get_type_traits.restype = ctypes.POINTER(_Traits)

    def block(self, number: int) -> tuple[str, int, int]:
        """Name, weights in a block and bytes of a block, as ggml's own table has them."""
        traits = self._lib.ggml_get_type_traits(number).contents
        return traits.type_name.decode(), traits.blck_size, traits.type_size

    def requires_imatrix(self, number: int) -> bool:
        return bool(self._lib.ggml_quantize_requires_imatrix(number))

    def quantize(self, weights, number: int, imatrix=None) -> np.ndarray:
        """Rows of float32 to rows of bytes; `imatrix` has one importance a column."""
        weights = np.ascontiguousarray(weights, np.float32)
        columns = weights.shape[-1]
        rows = weights.size // columns
        out = np.zeros((rows, self._lib.ggml_row_size(number, columns)), np.uint8)
        importance = None
        if imatrix is not None:
            imatrix = np.ascontiguousarray(imatrix, np.float32)
            importance = imatrix.ctypes.data_as(_FLOATS)
        source = weights.ctypes.data_as(_FLOATS)
        size = self._lib.ggml_quantize_chunk(
            number, source, out.ctypes.data, 0, rows, columns, importance
        )
        assert size == out.size
        return out

    def dequantize(self, data, number: int) -> np.ndarray:
        """Bytes to a flat array of float32."""
        data = np.ascontiguousarray(data, np.uint8)
        _, weights, size = self.block(number)
        out = np.empty(data.size // size * weights, np.float32)
        if number == 0:  # ggml has no function for it
            return data.reshape(-1).view(np.float32)
        convert = self._lib.ggml_get_type_traits(number).contents.to_float
        if not convert:
            convert = {15: self._lib.dequantize_row_q8_K}[number]
            convert.restype = None
            convert.argtypes = [ctypes.c_void_p, _FLOATS, ctypes.c_int64]
        convert(data.ctypes.data, out.ctypes.data_as(_FLOATS), out.size)
        return out
