"""llama.cpp's own quantizer, `llama_model_quantize`, from the npm package that tests/oracle/package.json names.

Not to be loaded beside another llama.cpp in one process: both have the same symbols.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    Structure,
    Union,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_void_p,
)
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = Path(__file__).parent / "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"
VERSION = "v0.5.0"


def is_installed() -> bool:
    return FOLDER.exists()


class _Importance(Structure):
    _fields_ = (("name", c_char_p), ("data", POINTER(c_float)), ("size", c_size_t))


class _Value(Union):
    _fields_ = (("i", c_int64), ("f", c_double), ("b", c_bool), ("s", c_char * 128))


class _Override(Structure):
    """`llama_model_kv_override`: metadata that llama.cpp writes besides its own."""

    _fields_ = (("tag", c_int), ("key", c_char * 128), ("value", _Value))

    @classmethod
    def of(cls, key: str, value: int | str) -> _Override:
        if isinstance(value, int):
            return cls(0, key.encode(), _Value(i=value))
        return cls(3, key.encode(), _Value(s=value.encode()))


class _Params(Structure):
    """`llama_model_quantize_params` of llama.h, of that version."""

    _fields_ = (
        ("nthread", c_int32),
        ("ftype", c_int),
        ("output_tensor_type", c_int),
        ("token_embedding_type", c_int),
        ("allow_requantize", c_bool),
        ("quantize_output_tensor", c_bool),
        ("only_copy", c_bool),
        ("pure", c_bool),
        ("keep_split", c_bool),
        ("dry_run", c_bool),
        ("imatrix", POINTER(_Importance)),
        ("kv_overrides", c_void_p),
        ("tt_overrides", c_void_p),
        ("prune_layers", c_void_p),
        ("max_buf_size", c_size_t),
    )


class _Init(Structure):
    _fields_ = (("no_alloc", c_bool), ("ctx", c_void_p))


class Quantizer:
    """Writes files, and says what types the tensors in a file have."""

    def __init__(self) -> None:
        # Each needs the one before it.
        names = ("libggml-base.so", f"libggml.{VERSION}.so", f"libllama.{VERSION}.so")
        self._base, _, self._llama = (
            ctypes.CDLL(str(FOLDER / name), mode=ctypes.RTLD_GLOBAL) for name in names
        )
        self._llama.llama_model_quantize_default_params.restype = _Params
        self._llama.llama_model_quantize.argtypes = (c_char_p, c_char_p, POINTER(_Params))
        self._log = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)(lambda *_: None)
        self._llama.llama_log_set(self._log, None)
        self._base.gguf_init_from_file.restype = c_void_p
        self._base.gguf_init_from_file.argtypes = (c_char_p, _Init)
        self._base.gguf_get_n_tensors.argtypes = (c_void_p,)
        self._base.gguf_get_tensor_name.restype = c_char_p
        self._base.gguf_get_tensor_name.argtypes = (c_void_p, ctypes.c_int64)
        self._base.gguf_get_tensor_type.argtypes = (c_void_p, ctypes.c_int64)
        self._base.gguf_free.argtypes = (c_void_p,)

    def write(
        self,
        source: Path,
        target: Path,
        file_type: int,
        importance: Mapping[str, Sequence[float]] | None,
        notes: Mapping[str, int | str] | None = None,
    ) -> bool:
        """Quantizes a file; False where llama.cpp refuses to.

        Args:
            source: The file.
            target: Where to.
            file_type: The recipe's `general.file_type`.
            importance: For each tensor the importance of each input; None for none.
            notes: Further metadata, as the command notes whence the importance matrix is.
        """
        params = self._llama.llama_model_quantize_default_params()
        params.nthread = 1
        params.ftype = file_type
        if importance is not None:
            entries = [(n.encode(), (c_float * len(x))(*x), len(x)) for n, x in importance.items()]
            table = (_Importance * (len(entries) + 1))(*entries)
            params.imatrix = table
        if notes:
            overrides = (_Override * (len(notes) + 1))(*(_Override.of(*n) for n in notes.items()))
            params.kv_overrides = ctypes.cast(overrides, c_void_p)
        done = self._llama.llama_model_quantize(
            str(source).encode(), str(target).encode(), ctypes.byref(params)
        )
        return bool(done == 0)

    def types(self, file: Path) -> dict[str, int]:
        """The ggml type of each tensor."""
        context = self._base.gguf_init_from_file(str(file).encode(), _Init(no_alloc=True, ctx=None))
        found = {
            self._base.gguf_get_tensor_name(context, i).decode(): self._base.gguf_get_tensor_type(
                context, i
            )
            for i in range(self._base.gguf_get_n_tensors(context))
        }
        self._base.gguf_free(context)
        return found
