"""ggml's own GGUF reader, called by ctypes in the shared library that the xllamacpp wheel carries."""

from __future__ import annotations

import ctypes
import os
from ctypes import c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_void_p

_NUMBERS = {
    "uint8": ctypes.c_uint8, "int8": ctypes.c_int8, "uint16": ctypes.c_uint16, "int16": ctypes.c_int16,
    "uint32": c_uint32, "int32": ctypes.c_int32, "float32": ctypes.c_float, "bool": c_bool,
    "uint64": ctypes.c_uint64, "int64": c_int64, "float64": ctypes.c_double,
}  # fmt: skip
_TYPES = (
    "uint8 int8 uint16 int16 uint32 int32 float32 bool string array uint64 int64 float64".split()
)
_FUNCTIONS = {
    "gguf_get_version": c_uint32, "gguf_get_alignment": c_size_t, "gguf_get_data_offset": c_size_t,
    "gguf_get_n_kv": c_int64, "gguf_get_key": c_char_p, "gguf_get_kv_type": c_int,
    "gguf_get_arr_type": c_int, "gguf_get_arr_n": c_size_t, "gguf_get_arr_data": c_void_p,
    "gguf_get_arr_str": c_char_p, "gguf_get_val_str": c_char_p, "gguf_get_val_data": c_void_p,
    "gguf_get_n_tensors": c_int64, "gguf_get_tensor_name": c_char_p, "gguf_get_tensor_type": c_int,
    "gguf_get_tensor_offset": c_size_t, "gguf_get_tensor_size": c_size_t,
    "gguf_get_tensor_ne": ctypes.POINTER(c_int64),
}  # fmt: skip


class _Parameters(ctypes.Structure):
    """`struct gguf_init_params` of gguf.h."""

    _fields_ = (("no_alloc", c_bool), ("ctx", c_void_p))


class GgufReader:
    """The reference implementation."""

    def __init__(self, path: os.PathLike[str]) -> None:
        self._lib = ctypes.CDLL(str(path))
        for name, result in _FUNCTIONS.items():
            function = getattr(self._lib, name)
            function.restype = result
            # All take the context, then at most a place and a second place.
            function.argtypes = [c_void_p, c_int64, c_size_t][: 1 if "_n_" in name else 3]
        self._lib.gguf_init_from_file.restype = c_void_p
        self._lib.gguf_init_from_file.argtypes = [c_char_p, _Parameters]
        self._lib.gguf_free.argtypes = [c_void_p]

    def open(self, path: os.PathLike[str]) -> bool:
        """Reads a header and lets it go again; whether ggml took the file."""
        context = self._lib.gguf_init_from_file(os.fsencode(path), _Parameters(no_alloc=True))
        if context:
            self._lib.gguf_free(context)
        return bool(context)

    def read(self, path: os.PathLike[str]) -> dict | None:
        """All that the header says, or None where ggml refuses the file."""
        context = self._lib.gguf_init_from_file(os.fsencode(path), _Parameters(no_alloc=True))
        if not context:
            return None
        try:
            lib = self._lib
            entries = [self._entry(context, n) for n in range(lib.gguf_get_n_kv(context))]
            tensors = [self._tensor(context, n) for n in range(lib.gguf_get_n_tensors(context))]
            return {
                "version": lib.gguf_get_version(context, 0, 0),
                "data_start": lib.gguf_get_data_offset(context, 0, 0),
                "metadata": {key: value for key, _, value in entries},
                "types": {key: type_ for key, type_, _ in entries},
                "tensors": tensors,
            }
        finally:
            self._lib.gguf_free(context)

    def _entry(self, context, n):
        lib = self._lib
        key = lib.gguf_get_key(context, n, 0).decode(errors="backslashreplace")
        type_ = _TYPES[lib.gguf_get_kv_type(context, n, 0)]
        if type_ == "array":
            element = _TYPES[lib.gguf_get_arr_type(context, n, 0)]
            count = lib.gguf_get_arr_n(context, n, 0)
            if element == "string":
                values = [
                    lib.gguf_get_arr_str(context, n, i).decode(errors="backslashreplace")
                    for i in range(count)
                ]
            else:
                data = ctypes.cast(
                    lib.gguf_get_arr_data(context, n, 0), ctypes.POINTER(_NUMBERS[element])
                )
                values = data[:count]
            return key, type_, (element, tuple(values))
        if type_ == "string":
            return key, type_, lib.gguf_get_val_str(context, n, 0).decode(errors="backslashreplace")
        data = ctypes.cast(lib.gguf_get_val_data(context, n, 0), ctypes.POINTER(_NUMBERS[type_]))
        return key, type_, data[0]

    def _tensor(self, context, n):
        lib = self._lib
        return (
            lib.gguf_get_tensor_name(context, n, 0).decode(errors="backslashreplace"),
            tuple(lib.gguf_get_tensor_ne(context, n, 0)[:4]),
            lib.gguf_get_tensor_type(context, n, 0),
            lib.gguf_get_tensor_offset(context, n, 0),
            lib.gguf_get_tensor_size(context, n, 0),
        )
