"""What a file is that is no GGUF: its first bytes tell."""

from __future__ import annotations

_SIGNATURES = (
    (b"lmgg", "an old GGML file (magic `ggml`, before GGUF); llama.cpp reads these no longer"),
    (b"fmgg", "an old GGML file (magic `ggmf`, before GGUF); llama.cpp reads these no longer"),
    (b"tjgg", "an old GGML file (magic `ggjt`, before GGUF); llama.cpp reads these no longer"),
    (b"algg", "an old GGML adapter (magic `ggla`, before GGUF); llama.cpp reads these no longer"),
    (b"FUGG", "a GGUF whose magic has its bytes reversed"),
    (
        b"version https://git-lfs",
        "a Git LFS pointer, not the file itself; `git lfs pull` fetches it",
    ),
    (b"PK\x03\x04", "a zip archive, as PyTorch writes checkpoints"),
    (b"\x80\x02", "a Python pickle, as old PyTorch checkpoints are"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"<!", "a web page, perhaps an error or a login in place of the file"),
    (b"<html", "a web page, perhaps an error or a login in place of the file"),
    (b"{", "JSON, perhaps a server's error in place of the file"),
)


def what_it_looks_like(beginning: bytes) -> str:
    """Why these are not the first bytes of a GGUF file, for an error."""
    if not beginning:
        return "the file is empty"
    if b"GGUF".startswith(beginning):
        return f"the file ends after {len(beginning)} bytes (an incomplete download?)"
    # safetensors begins with the length of the JSON that follows, at most 100 MB.
    if beginning[8:9] == b"{" and int.from_bytes(beginning[:8], "little") < 100_000_000:
        return "not a GGUF file: it is a safetensors file"
    text = beginning.lstrip().lower()
    for signature, meaning in _SIGNATURES:
        if beginning.startswith(signature) or text.startswith(signature):
            return f"not a GGUF file: it is {meaning}"
    first = beginning[:4]
    shown = f" (`{first.decode('ascii')}`)" if first.isalnum() else ""
    return f"not a GGUF file: it begins with the bytes {first.hex(' ')}{shown}, not 47 47 55 46 (`GGUF`)"
