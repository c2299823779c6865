"""A llama with random weights in real GGUF files: small enough to be made, quantized and run in a test.

It says words of `WORDS` in random order: other weights, and so each quantization, say them in another. The same arguments
give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np

from mkdocs_quantlab.fast import quantize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = """
    a activation all an and are as at away back bell bicycle big bits block byte by channel clip code codebook
    column curve data decode distance draw each embedding encode error even every few file fine flat float for four from
    grid group half has head here histogram how if in index integer is it its kernel large layer left less level line
    linear llama long loss low lower many matrix mean memory method middle minimum mix model more most nearest new nibble no
    noise norm not number odd of off offset on one only or order other outlier over pair part pedal pelican per point
    power precision quantize range rate read real round row rule same scale search share sign signal six size small so
    some space spread step store sum table tail tensor than that the then they three to token too training two under up
    value variance vector was weight wheel wide wing with word zero
""".split()

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>\\n' + message['content'] + '</s>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)

CONTEXT = 4096
EMBEDDING = 256
FEED_FORWARD = 768
LAYERS = 2
HEADS = 4
KV_HEADS = 2
KV_WIDTH = EMBEDDING // HEADS * KV_HEADS

FILE_TYPES = {
    "Q4_K_M": gguf.LlamaFileType.MOSTLY_Q4_K_M,
    "Q6_K": gguf.LlamaFileType.MOSTLY_Q6_K,
}


class Piece:
    """An entry of the vocabulary; `said` if the model may choose it."""

    def __init__(
        self,
        text: str,
        score: float,
        kind: gguf.TokenType = gguf.TokenType.NORMAL,
        *,
        said: bool = False,
    ) -> None:
        self.text = text
        self.score = score
        self.kind = kind
        self.said = said


def vocabulary() -> list[Piece]:
    """Control tokens, all bytes, words with every beginning of theirs (by which SentencePiece finds them), characters."""
    kinds = gguf.TokenType
    pieces = [
        Piece("<unk>", 0, kinds.UNKNOWN),
        Piece("<s>", 0, kinds.CONTROL),
        Piece("</s>", 0, kinds.CONTROL, said=True),
    ]
    pieces += [Piece(f"<0x{byte:02X}>", 0, kinds.BYTE) for byte in range(256)]
    marked = [f"\u2581{word}" for word in WORDS]
    beginnings = {word[:end]: None for word in marked for end in range(2, len(word) + 1)}
    # Merges of higher score come first, so the shorter beginning needs the higher one.
    pieces += [Piece(text, -len(text), said=text in marked) for text in beginnings]
    characters = "\u2581\n" + "".join(map(chr, range(ord("!"), 127)))
    pieces += [Piece(char, -100, said=char in ".,\n") for char in characters]
    return pieces


def tensors(pieces: list[Piece], seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Name and weights of each tensor, float32, output rows first."""
    random = np.random.default_rng(seed)

    def normal(rows: int, columns: int, deviation: float) -> np.ndarray:
        return random.standard_normal((rows, columns), dtype=np.float32) * np.float32(deviation)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return normal(rows, columns, (2 / (rows + columns)) ** 0.5)

    ones = np.ones(EMBEDDING, np.float32)
    yield "token_embd.weight", normal(len(pieces), EMBEDDING, 1)
    for layer in range(LAYERS):
        name = f"blk.{layer}."
        yield name + "attn_norm.weight", ones
        yield name + "attn_q.weight", matrix(EMBEDDING, EMBEDDING)
        yield name + "attn_k.weight", matrix(KV_WIDTH, EMBEDDING)
        yield name + "attn_v.weight", matrix(KV_WIDTH, EMBEDDING)
        yield name + "attn_output.weight", matrix(EMBEDDING, EMBEDDING)
        yield name + "ffn_norm.weight", ones
        yield name + "ffn_gate.weight", matrix(FEED_FORWARD, EMBEDDING)
        yield name + "ffn_up.weight", matrix(FEED_FORWARD, EMBEDDING)
        yield name + "ffn_down.weight", matrix(EMBEDDING, FEED_FORWARD)
    yield "output_norm.weight", ones
    # A row of zeros gives a logit of 0, below the forty best of the rest.
    said = np.array([[piece.said] for piece in pieces])
    yield "output.weight", normal(len(pieces), EMBEDDING, 0.15) * said


def tensor_type(recipe: str, name: str) -> str:
    """The ggml type of a matrix, as llama-quantize chooses it for a model of two layers."""
    better = (
        "output.weight",
        f"blk.{LAYERS - 1}.attn_v.weight",
        f"blk.{LAYERS - 1}.ffn_down.weight",
    )
    return "Q6_K" if recipe == "Q6_K" or name in better else "Q4_K"


def write(path: Path, recipe: str, seed: int = 7) -> None:
    """Writes the model as a GGUF file.

    Args:
        path: Where to.
        recipe: A key of `FILE_TYPES`.
        seed: Of the weights.
    """
    pieces = vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name("Tiny random llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(EMBEDDING)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(pieces))
    writer.add_file_type(FILE_TYPES[recipe])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([piece.text for piece in pieces])
    writer.add_token_scores([piece.score for piece in pieces])
    writer.add_token_types([piece.kind for piece in pieces])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(True)
    writer.add_chat_template(TEMPLATE)
    for name, weights in tensors(pieces, seed):
        if weights.ndim == 1:
            writer.add_tensor(name, weights)
        else:
            kind = tensor_type(recipe, name)
            raw = gguf.GGMLQuantizationType[kind]
            writer.add_tensor(name, quantize(weights, kind), raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
