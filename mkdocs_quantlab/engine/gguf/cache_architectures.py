"""What llama.cpp keeps of a text, by architecture: keys and values, states, windows; the source is named in `cache.py`."""

from __future__ import annotations

from typing import NamedTuple

PLAIN = frozenset(
    """
    llama deci falcon grok gpt2 gptj gptneox mpt baichuan starcoder refact bloom stablelm qwen qwen2 qwen2moe qwen2vl
    qwen3 qwen3moe qwen3vl qwen3vlmoe phi2 phi3 phimoe plamo codeshell orion internlm2 minicpm minicpm3 gemma starcoder2
    xverse command-r dbrx olmo olmoe openelm arctic deepseek deepseek2 deepseek2-ocr chatglm glm4 glm4moe bitnet jais
    jais2 nemotron exaone granite granitemoe chameleon plm bailingmoe bailingmoe2 dots1 arcee ernie4_5 ernie4_5-moe
    hunyuan-moe hunyuan-dense hunyuan_vl hy_v3 smollm3 seed_oss grovemoe apertus hrm_text minimax-m2 cogvlm
    pangu-embedded mistral3 mistral4 paddleocr llama-embed maincoder talkie
    """.split()
)
"""Architectures all of whose layers keep keys and values of the whole context."""

NO_CACHE = frozenset(
    """
    bert jina-bert-v2 jina-bert-v3 nomic-bert nomic-bert-moe neo-bert eurobert modern-bert gemma-embedding
    dream llada llada-moe rnd1
    """.split()
)
"""Architectures that read a text at once and keep nothing of it."""

RECURRENT = frozenset("mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 arwkv7".split())
"""Architectures that keep a state of fixed size and no keys and values."""

HYBRID = frozenset(
    """
    jamba plamo2 granitehybrid lfm2 lfm2moe kimi-linear kimi-k3 bailingmoe3 falcon-h1 nemotron_h nemotron_h_moe
    qwen3next qwen35 qwen35moe minimax-01
    """.split()
)
"""Architectures some of whose layers keep a state and others keys and values."""

INDEXED = frozenset(("deepseek32", "glm-dsa"))
"""Architectures that keep, beside the cache, the keys by which an indexer picks tokens."""

LATENT = frozenset("deepseek2 mistral4 deepseek32 glm-dsa kimi-linear kimi-k3 bailingmoe3".split())
"""Architectures that, given the lengths of MLA, keep one latent vector a token in place of keys and values."""


class Window(NamedTuple):
    """Which layers of an architecture see a window only, where the file does not say."""

    period: int | None = None
    """One layer of so many sees the whole context; None where the file has to list the layers."""
    dense_first: bool = False
    """That layer is the first of each group, not the last."""
    length: int | None = None
    """Tokens in the window where the file names no length; None where all layers then see everything."""
    fixed: int | None = None
    """Tokens in the window, whatever length the file names."""


WINDOWS = {
    "afmoe": Window(4),
    "cohere2": Window(4),
    "cohere2moe": Window(4, dense_first=True),
    "exaone-moe": Window(4, length=128),
    "exaone4": Window(4, length=4096),
    "gemma2": Window(2, length=4096),
    "gemma3": Window(6),
    "gemma3n": Window(5),
    "gemma4": Window(),
    "gpt-oss": Window(2),
    "granite_swa": Window(),
    "laguna": Window(4, dense_first=True),
    "llama4": Window(4, length=8192, fixed=8192),
    "maple": Window(),
    "mellum": Window(4),
    "mimo2": Window(),
    "muse-glimmer": Window(4),
    "olmo2": Window(4),
    "plamo3": Window(8),
    "smallthinker": Window(4, dense_first=True, fixed=4096),
    "spark2_5": Window(),
    "step35": Window(),
}
"""Architectures with sliding (llama4: chunked) windows. Others may name one in the file; llama.cpp does not use it."""

REFUSED = {
    "clip": "it is an image or audio encoder, which keeps no tokens",
    "deepseek4": "its compressed caches are not modelled here",
    "dflash": "it is a draft model, whose cache depends on the model it drafts for",
    "dots3note": "its indexed caches with windows are not modelled here",
    "eagle3": "it is a draft model, whose cache depends on the model it drafts for",
    "gemma4-assistant": "it is a draft model that shares the cache of another",
    "graniteswitch": "its router's cache is not modelled here",
    "hy_v4": "its indexed caches are not modelled here",
    "minimax-m3": "its indexed caches are not modelled here",
    "nanbeige": "it runs its layers several times, and its cache is not modelled here",
    "pockettts": "it is a speech model, whose caches are not modelled here",
    "qwen3tts": "it is a speech model, whose caches are not modelled here",
    "qwen4exp": "its indexed caches are not modelled here",
    "t5": "it keeps an encoder's output beside the cache, which is not modelled here",
    "t5encoder": "it is an encoder, which keeps no tokens",
    "wavtokenizer-dec": "it decodes sound and keeps no tokens",
}
"""Architectures that llama.cpp knows and this module does not, and why."""

INTERVALS = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "minimax-01": 8}
"""Hybrids that name every how many layers one attends, and what they do where the file does not say."""

NEMOTRON = frozenset(("nemotron_h", "nemotron_h_moe"))
"""Hybrids each of whose layers either attends, or keeps a state, or computes only (`feed_forward_length` > 0)."""

FIRST_MAMBA = frozenset(("mamba", "jamba"))
"""Architectures for which llama.cpp reads no `ssm.group_count`."""
