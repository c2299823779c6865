"""Models and settings about which llama.cpp is asked, and its answers in `memory.json`.

`python -m tests.oracle.memory_cases` asks anew and writes the file.
"""

from __future__ import annotations

import json
from pathlib import Path

from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.model import Model
from tests.oracle.llama_memory import BUILD, ask, with_vocabulary

FILE = Path(__file__).with_name("memory.json")

REAL = json.loads(Path(__file__).with_name("models.json").read_text(encoding="utf-8"))
"""Models that there are, with where their metadata was read."""

CONTEXTS = [{"context": 4096}, {"context": 32768}, {"context": 131072}]
"""Settings for real models."""

SETTINGS = [
    {"context": 8192},
    {"context": 1000, "sequences": 3, "keys": "q8_0", "values": "q8_0", "batch": 128},
]
"""Settings for small models of each architecture: one beyond the windows, one below them and awkward."""

_SMALL = {
    "context_length": 4096, "embedding_length": 256, "block_count": 8, "feed_forward_length": 384,
    "leading_dense_block_count": 1, "full_attention_interval": 4, "time_mix_extra_dim": 64,
    "time_decay_extra_dim": 128, "use_parallel_residual": False, "logit_scale": 1.0, "token_shift_count": 2,
    "attention.head_count": 4, "attention.head_count_kv": 2, "attention.layer_norm_rms_epsilon": 1e-5,
    "attention.layer_norm_epsilon": 1e-5, "attention.q_lora_rank": 512, "attention.kv_lora_rank": 512,
    "attention.sliding_window": 1024, "ssm.inner_size": 256, "ssm.conv_kernel": 4, "ssm.state_size": 128,
    "ssm.time_step_rank": 4, "ssm.group_count": 2, "kda.head_dim": 128, "kda.gate_lower_bound": -1.0,
    "wkv.head_size": 64, "shortconv.l_cache": 3, "rope.dimension_sections": [16, 16, 16, 16],
    "attention.decay_lora_rank": 64, "attention.iclr_lora_rank": 64, "attention.gate_lora_rank": 64,
    "attention.value_residual_mix_lora_rank": 64, "attention.indexer.head_count": 4,
    "attention.indexer.key_length": 128, "attention.indexer.top_k": 2048, "embedding_length_per_layer_input": 128,
}  # fmt: skip
"""What small models have in common; each architecture reads what it knows."""

_MOE = {
    "expert_feed_forward_length": 384, "expert_shared_feed_forward_length": 192, "interleave_moe_layer_step": 2,
    "expert_count": 2, "expert_used_count": 2, "expert_shared_count": 1, "expert_gating_func": 2,
    "expert_group_scale": 1.0, "experts_per_group": 1,
}  # fmt: skip
_MLA = _MOE | {
    "attention.key_length": 576, "attention.value_length": 512, "rope.dimension_count": 64,
    "attention.key_length_mla": 192, "attention.value_length_mla": 128, "attention.head_count": 1,
    "attention.head_count_kv": 1, "embedding_length": 128,
}  # fmt: skip
_LISTED = _MOE | {
    "attention.sliding_window_pattern": [1, 1, 1, 0, 1, 0, 0, 1],
    "attention.key_length": 64, "attention.value_length": 64,
    "attention.key_length_swa": 64, "attention.value_length_swa": 64, "swiglu_clamp_exp": 7.0,
}  # fmt: skip
_EVERY_OTHER = _MOE | {"attention.head_count_kv": [0, 2] * 4}
_DELTA = _MOE | {"ssm.time_step_rank": 2}


def _of(architectures: str, changes: dict) -> dict:
    return dict.fromkeys(architectures.split(), _SMALL | changes)


SMALL = (
    _of(
        "llama qwen3 gemma gemma2 gemma3 cohere2 olmo2 plamo3 phi3 exaone4 muse-glimmer granite",
        {},
    )
    | _of(
        "gpt-oss smallthinker llama4 exaone-moe afmoe cohere2moe qwen3moe glm4moe mellum laguna",
        _MOE,
    )
    | _of("mimo2 step35 spark2_5 granite_swa maple", _LISTED)
    | _of("deepseek2 mistral4 deepseek32 glm-dsa", _MLA)
    | _of(
        "bailingmoe3",
        _MLA | {"attention.head_count": [1] * 8, "attention.head_count_kv": [0, 1] * 4},
    )
    | _of("jamba granitehybrid", _EVERY_OTHER | {"ssm.inner_size": 512})
    | _of("plamo2", _EVERY_OTHER | {"ssm.group_count": 0})
    | _of("lfm2 lfm2moe", _EVERY_OTHER)
    | _of(
        "nemotron_h",
        {
            "attention.head_count_kv": [0, 2, 0, 0, 2, 0, 0, 2],
            "feed_forward_length": [0, 0, 384, 0, 0, 384, 0, 0],
        },
    )
    | _of("falcon-h1", {})
    | _of("mamba mamba2", {"ssm.inner_size": 512, "attention.head_count": 0})
    | _of("rwkv6", {"attention.head_count": 2, "wkv.head_size": 128})
    | _of("rwkv7", {})
    | _of("arwkv7", {"token_shift_count": 1})
    | _of("qwen3next qwen35 qwen35moe", _DELTA)
    | _of(
        "gemma4",
        {
            "attention.sliding_window_pattern": [True, True, False, True, True, False, True, True],
            "attention.head_count_kv": [2, 2, 1, 2, 2, 1, 2, 2],
            "attention.shared_kv_layers": 2,
            "attention.key_length": 64,
            "attention.value_length": 64,
            "attention.key_length_swa": 32,
            "attention.value_length_swa": 32,
        },
    )
    | _of(
        "gemma3n",
        {
            "block_count": 25,
            "embedding_length": 64,
            "attention.head_count": 1,
            "attention.head_count_kv": 1,
        },
    )
)
"""Small models, one for each architecture with a rule of its own and some without."""


def cases() -> dict[str, tuple[dict, list[dict]]]:
    """Metadata and settings by name."""
    real = {
        name: (with_vocabulary(each["metadata"], each["vocabulary"]), CONTEXTS)
        for name, each in REAL.items()
    }
    small = {
        name: (
            with_vocabulary(
                {"general.architecture": name} | {f"{name}.{key}": v for key, v in keys.items()},
                128,
            ),
            SETTINGS,
        )
        for name, keys in SMALL.items()
    }
    return real | small


def model(metadata: dict, name: str = "model") -> Model:
    """The model whose header says this and lists no tensors."""
    read = {
        key: Array("uint32", len(value), 0, tuple(value) if len(value) <= 512 else None)
        if isinstance(value, list)
        else value
        for key, value in metadata.items()
    }
    return Model(name, f"{name}.gguf", 1, 0, 3, False, read, {}, ())


if __name__ == "__main__":
    answers = {name: ask(*case) for name, case in cases().items()}
    rows = [f'  "{name}": {json.dumps(answer)}' for name, answer in answers.items()]
    FILE.write_text(
        f'{{\n "by": "{BUILD}",\n "answers": {{\n' + ",\n".join(rows) + "\n }\n}\n",
        encoding="utf-8",
    )
