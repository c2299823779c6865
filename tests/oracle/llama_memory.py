"""What llama.cpp reserves for a model, by its own account, from the model's metadata alone.

`llama_model_init_from_user` makes a model whose tensors come from no file; with `no_alloc` it only counts what it would
allocate, so that models of any size can be asked about. llama.cpp ends the process where it does not like the
metadata, so `python -m tests.oracle.llama_memory` does the asking: cases as JSON on stdin, answers on stdout.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mkdocs_quantlab.engine.ggml.types import TYPES
from tests.oracle.reference import library

BUILD = "xllamacpp 2026.10.11549 (llama.cpp build 11549)"
"""The structures below are those of this build's `llama.h`."""

_LARGEST = 64
"""Bytes after the last field used here: these structures are passed by value, and their tails differ between builds."""


def _fields(kind: type, names: str) -> list[tuple[str, type]]:
    return [(name, kind) for name in names.split()]


class _ModelParams(ctypes.Structure):
    _fields_ = (
        *_fields(ctypes.c_void_p, "devices tensor_buft_overrides"),
        *_fields(ctypes.c_int32, "n_gpu_layers split_mode load_mode lazy_mode main_gpu"),
        *_fields(ctypes.c_void_p, "tensor_split progress_callback user_data kv_overrides"),
        *_fields(ctypes.c_bool, "vocab_only check_tensors use_extra_bufts no_host no_alloc"),
        ("tail", ctypes.c_uint8 * _LARGEST),
    )


class _ContextParams(ctypes.Structure):
    _fields_ = (
        *_fields(ctypes.c_uint32, "n_ctx n_batch n_ubatch n_seq_max n_rs_seq"),
        *_fields(ctypes.c_uint32, "n_outputs_max n_outputs_max_per_seq"),
        *_fields(ctypes.c_int32, "n_threads n_threads_batch ctx_type rope_scaling_type"),
        *_fields(ctypes.c_int32, "pooling_type attention_type flash_attn_type"),
        *_fields(ctypes.c_float, "rope_base rope_scale yarn_ext yarn_attn yarn_fast yarn_slow"),
        ("yarn_orig_ctx", ctypes.c_uint32),
        ("defrag_thold", ctypes.c_float),
        *_fields(ctypes.c_void_p, "cb_eval cb_eval_user_data"),
        *_fields(ctypes.c_int32, "type_k type_v"),
        *_fields(ctypes.c_void_p, "abort_callback abort_callback_data"),
        ("tail", ctypes.c_uint8 * (2 * _LARGEST)),
    )


_DEFAULT_SWITCHES = bytes((0, 1, 1, 1, 1, 0))
"""The defaults of embeddings, offload_kqv, no_perf, op_offload, swa_full and kv_unified, neighbours in the tail."""


class _FileParams(ctypes.Structure):
    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


class Llama:
    """llama.cpp's library, asked by ctypes."""

    def __init__(self) -> None:
        lib = self._lib = ctypes.CDLL(str(library()))
        self._set_data = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(
            lambda _tensor, _user: None
        )
        self._log = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(
            lambda _level, text, _user: self.said.append(text.decode(errors="replace"))
        )
        self.said: list[str] = []
        lib.llama_log_set(self._log, None)
        lib.gguf_init_from_file.restype = ctypes.c_void_p
        lib.gguf_init_from_file.argtypes = [ctypes.c_char_p, _FileParams]
        lib.llama_model_default_params.restype = _ModelParams
        lib.llama_context_default_params.restype = _ContextParams
        lib.llama_model_init_from_user.restype = ctypes.c_void_p
        lib.llama_model_init_from_user.argtypes = [
            ctypes.c_void_p, type(self._set_data), ctypes.c_void_p, _ModelParams,
        ]  # fmt: skip
        lib.llama_init_from_model.restype = ctypes.c_void_p
        lib.llama_init_from_model.argtypes = [ctypes.c_void_p, _ContextParams]
        lib.llama_free.argtypes = [ctypes.c_void_p]
        lib.llama_model_free.argtypes = [ctypes.c_void_p]
        # A C++ function that returns a std::map: by convention the first argument says where to.
        self._breakdown = lib._Z26llama_get_memory_breakdownPK13llama_context
        self._breakdown.restype = None
        self._breakdown.argtypes = [ctypes.c_void_p, ctypes.c_void_p]

    def ask(self, metadata: dict, setting: dict) -> dict:
        """Bytes of the model, of its cache and of the buffers for computing."""
        model = self._model(metadata)
        params = self._lib.llama_context_default_params()
        tail = bytes(params.tail)
        switches = tail.find(_DEFAULT_SWITCHES)
        if (params.n_ctx, params.type_k, params.type_v) != (512, 1, 1) or switches < 0:
            raise RuntimeError(f"llama_context_params is not that of {BUILD}")
        sequences = setting.get("sequences", 1)
        params.n_seq_max = sequences
        params.n_ctx = setting["context"] * sequences
        params.n_ubatch = setting.get("batch", 512)
        params.type_k = TYPES[setting.get("keys", "f16").upper()].id
        params.type_v = TYPES[setting.get("values", "f16").upper()].id
        params.flash_attn_type = 1
        params.tail[switches + 4] = 0  # swa_full
        context = self._lib.llama_init_from_model(model, params)
        if not context:
            raise RuntimeError("".join(self.said[-3:]))
        sizes = self._sizes(context)
        self._lib.llama_free(context)
        self._lib.llama_model_free(model)
        return sizes

    def _model(self, metadata: dict) -> int:
        params = self._lib.llama_model_default_params()
        params.no_alloc = True
        params.n_gpu_layers = 0
        params.use_extra_bufts = False
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.gguf"
            write(path, metadata)
            file = self._lib.gguf_init_from_file(str(path).encode(), _FileParams(True, None))
            model = self._lib.llama_model_init_from_user(file, self._set_data, None, params)
        if not model:
            raise RuntimeError("".join(self.said[-3:]))
        return model

    def _sizes(self, context: int) -> dict:
        """Walks the std::map of libstdc++: a tree of colour, parent, left, right, key and three sizes."""
        tree = (ctypes.c_uint64 * 6)()
        self._breakdown(ctypes.addressof(tree), context)
        sums = [0, 0, 0]
        nodes = [tree[2]]
        while nodes:
            node = nodes.pop()
            if node:
                fields = (ctypes.c_uint64 * 8).from_address(node)
                sums = [a + b for a, b in zip(sums, fields[5:8], strict=True)]
                nodes += fields[2:4]
        return dict(zip(("model", "cache", "compute"), sums, strict=True))


def write(path: Path, metadata: dict) -> None:
    """A GGUF file of metadata alone."""
    from gguf import GGUFWriter

    writer = GGUFWriter(path, metadata["general.architecture"])
    for key, value in metadata.items():
        if isinstance(value, list):
            writer.add_array(key, value)
        elif isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        elif isinstance(value, float):
            writer.add_float32(key, value)
        elif key != "general.architecture":
            writer.add_string(key, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def with_vocabulary(metadata: dict, size: int) -> dict:
    """The metadata with a tokenizer of so many tokens, which llama.cpp wants."""
    return metadata | {
        f"{metadata['general.architecture']}.vocab_size": size,
        "tokenizer.ggml.model": "test",
        "tokenizer.ggml.tokens": [f"token {i}" for i in range(size)],
        "tokenizer.ggml.scores": [0.0] * size,
    }


def ask(metadata: dict, settings: list[dict]) -> list[dict]:
    """Asks llama.cpp in a process of its own: the sizes under each setting."""
    asked = subprocess.run(
        [sys.executable, "-m", "tests.oracle.llama_memory"],
        input=json.dumps({"metadata": metadata, "settings": settings}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env=os.environ | {"GGML_NO_BACKTRACE": "1"},
        check=False,
    )
    if asked.returncode:
        raise RuntimeError(asked.stderr[-2000:])
    return json.loads(asked.stdout)


if __name__ == "__main__":
    question = json.load(sys.stdin)
    llama = Llama()
    answers = [llama.ask(question["metadata"], setting) for setting in question["settings"]]
    json.dump(answers, sys.stdout)
