"""Writes the trained model as a GGUF file in F16.

python -m models.drawing.export CHECKPOINT FILE
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

from models.drawing.train import load
from models.drawing.vocabulary import BEGIN, END, TEMPLATE, UNKNOWN, Tokenizer

if TYPE_CHECKING:
    from models.drawing.network import Network

DESCRIPTION = (
    "Answers a short instruction with a small SVG drawing. Trained from nothing on generated pairs of wordings and "
    "drawings, for teaching quantization; it knows nothing else."
)


def export(network: Network, tokenizer: Tokenizer, path: Path) -> None:
    """Writes the file: matrices in F16, norms in F32."""
    shape = network.shape
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("model")
    writer.add_name("Quantlab drawing")
    writer.add_description(DESCRIPTION)
    writer.add_license("mit")
    parameters = sum(weight.numel() for weight in network.parameters())
    writer.add_size_label(gguf.size_label(parameters, 0, 0, 0))
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.embedding)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token.text for token in tokenizer.tokens])
    writer.add_token_scores([token.score for token in tokenizer.tokens])
    writer.add_token_types([token.kind for token in tokenizer.tokens])
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    # Else llama.cpp puts a space after every fragment.
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    for name, weight in network.state_dict().items():
        values = weight.float().numpy()
        writer.add_tensor(name, values.astype(np.float16) if values.ndim == 2 else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    export(*load(given.checkpoint), given.file)
