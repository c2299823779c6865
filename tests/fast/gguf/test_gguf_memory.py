"""The memory that models take, against what llama.cpp counts and what others published."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.gguf.cache import (
    CACHE_TYPES,
    FULL,
    STATE,
    CacheError,
    Setting,
    cache_of,
)
from mkdocs_quantlab.engine.gguf.cache_architectures import WINDOWS
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.memory import need_of
from mkdocs_quantlab.engine.gguf.shapes import SHAPES
from tests.oracle.memory_cases import FILE, REAL, cases, model

CASES = cases()
ANSWERS = json.loads(FILE.read_text(encoding="utf-8"))["answers"]


def header(name, **changes):
    """A real model's header, with changes to the keys behind the architecture; None takes one away."""
    metadata = dict(REAL[name]["metadata"])
    architecture = changes.pop("architecture", metadata["general.architecture"])
    for key, value in changes.items():
        metadata[f"{architecture}.{key.replace('__', '.')}"] = value
    metadata["general.architecture"] = architecture
    return model({key: value for key, value in metadata.items() if value is not None}, name)


def kept(model_, *kinds, **setting):
    """Bytes of the cache, of some kinds of layers or of all."""
    parts = cache_of(model_).parts(Setting(**setting))
    return sum(part.bytes for part in parts if not kinds or part.layers.kind in kinds)


def naive(name, context):
    """Bytes of the cache by the formula that is found everywhere."""
    metadata = REAL[name]["metadata"]
    keys = "block_count attention.head_count_kv embedding_length attention.head_count".split()
    blocks, kv_heads, embedding, heads = (
        metadata[f"{metadata['general.architecture']}.{key}"] for key in keys
    )
    return 2 * blocks * kv_heads * (embedding // heads) * context * 2


@pytest.mark.parametrize("name", CASES)
def test_the_cache_is_what_llama_cpp_allocates(name):
    metadata, settings = CASES[name]
    found = need_of(model(metadata))
    ours = [found.under(Setting(**setting)).cache for setting in settings]
    assert ours == [answer["cache"] for answer in ANSWERS[name]]


@pytest.mark.parametrize("name", REAL)
def test_buffers_are_about_what_llama_cpp_reserves(name):
    metadata, settings = CASES[name]
    found = need_of(model(metadata))
    for setting, answer in zip(settings, ANSWERS[name], strict=True):
        buffers = found.under(Setting(**setting)).buffers.bytes
        # DeepSeek's 128 heads of latent vectors take more than the scores of its vocabulary.
        assert 0.79 < buffers / answer["compute"] < 1.01


def test_every_rule_for_windows_is_asked_about():
    assert set(WINDOWS) <= {m["general.architecture"] for m, _ in CASES.values()}


@pytest.mark.parametrize(
    ("name", "context", "gibibytes", "by_formula"),
    [
        ("Gemma-3-27B", 131072, 10.41, 81.38),
        ("Qwen3.5-27B", 262144, 16.00, 53.25),
        ("DeepSeek-V3.1", 163840, 10.72, 2.08),
        ("Kimi-K2.5", 262144, 17.16, 6.67),
        ("Qwen3-0.6B", 40960, 4.38, 2.19),
    ],
)
def test_where_the_common_formula_goes_wrong(name, context, gibibytes, by_formula):
    """The two columns of unslothai/unsloth#4757, at the contexts that the models were made for.

    It calls GiB GB, leaves states out, and gives windows no room for a batch.
    """
    found = header(name)
    ours = sum(
        part.bytes
        for part in cache_of(found).parts(Setting(context, batch=0))
        if part.layers.kind != STATE
    )
    assert round(ours / 2**30, 2) == pytest.approx(gibibytes, abs=0.005)
    assert naive(name, context) / 2**30 == pytest.approx(by_formula, abs=0.01)


def test_llama():
    llama = header("Llama-3.1-8B")
    assert kept(llama, context=256) == 256 * 128 * 2**10
    assert kept(llama, context=8192) == 2**30
    assert kept(llama, context=131072) == 16 * 2**30
    assert kept(llama, context=8192, keys="q8_0", values="q8_0") * 16 == 2**30 * 8.5
    assert kept(llama, context=8192, sequences=3) == 3 * 2**30
    assert naive("Llama-3.1-8B", 8192) == 2**30


def test_shapes_have_what_the_estimate_needs():
    for name, shape in SHAPES.items():
        need = need_of(shape.model(name))
        assert need.vocabulary == shape.vocabulary
        heads = shape.embedding // shape.heads * shape.kv_heads
        assert need.under(Setting(256)).cache == 4 * 256 * heads * shape.layers
    assert need_of(SHAPES["Llama-3.1-8B"].model("8B")).weights == pytest.approx(
        8_030_261_312 * 2, rel=1e-4
    )


def test_the_latent_vector_is_kept_once():
    latent = kept(header("DeepSeek-V3.1"), context=4096)
    assert latent == 61 * 4096 * 576 * 2
    # Files from before llama.cpp knew how keep keys and values of all 128 heads.
    old = header(
        "DeepSeek-V3.1",
        attention__key_length=192,
        attention__value_length=128,
        attention__head_count_kv=128,
        attention__key_length_mla=None,
        attention__value_length_mla=None,
    )
    assert kept(old, context=4096) == 61 * 4096 * 128 * (192 + 128) * 2


def test_layers_that_only_predict_keep_nothing():
    with_one = header("Qwen3.5-27B", block_count=65, nextn_predict_layers=1)
    assert kept(with_one, context=4096) == kept(header("Qwen3.5-27B"), context=4096)


def test_the_longest_context_is_the_longest():
    need = need_of(header("Gemma-3-27B"))
    setting = Setting(1)
    for limit in (2**30, 5 * 2**30, 9 * 2**30):
        longest = need.longest(setting, limit)
        assert need.under(setting._replace(context=longest)).total <= limit
        assert need.under(setting._replace(context=longest + 1)).total > limit
    assert need.longest(setting, 0) == 0
    assert need.longest(setting, 1e15) == 131072


@pytest.mark.parametrize("type_", CACHE_TYPES)
def test_types_of_the_cache(type_):
    mixed = kept(header("Qwen3-0.6B"), FULL, context=1024, keys=type_, values="f16")
    values = 28 * 1024 * 1024 * 2
    bits = {"f32": 32, "f16": 16, "bf16": 16, "q8_0": 8.5, "q5_1": 6, "q5_0": 5.5, "q4_1": 5}
    assert mixed - values == 28 * 1024 * 1024 * bits.get(type_, 4.5) / 8


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("Llama-3.1-8B", {"architecture": "deepseek4"}, "its compressed caches are not modelled"),
        ("Llama-3.1-8B", {"architecture": "llamas"}, "did you mean `llama`?"),
        ("Llama-3.1-8B", {"block_count": None}, "it has no `llama.block_count`"),
        ("Llama-3.1-8B", {"block_count": 10**9}, "llama.cpp takes 1 to 512"),
        ("Llama-3.1-8B", {"block_count": "many"}, "`llama.block_count` is not a number"),
        ("Llama-3.1-8B", {"nextn_predict_layers": 32}, "leaves no layers"),
        ("Llama-3.1-8B", {"attention__head_count_kv": [8] * 3}, "one for each of 32 layers"),
        ("Llama-3.1-8B", {"attention__head_count_kv": [8] * 1000}, "was not read"),
        ("Gemma-4-12B", {"attention__sliding_window_pattern": None}, "it has no `gemma4.attention"),
        ("Qwen3.5-27B", {"ssm__state_size": None}, "it has no `qwen35.ssm.state_size`"),
        ("Qwen3.5-27B", {"full_attention_interval": 0}, "`qwen35.full_attention_interval` is 0"),
    ],
)
def test_what_is_not_known_is_refused(name, changes, message):
    with pytest.raises(CacheError) as caught:
        cache_of(header(name, **changes))
    assert message in str(caught.value)


def test_no_architecture():
    with pytest.raises(CacheError, match=r"no `general\.architecture`"):
        cache_of(model({}))


def test_a_type_that_heads_do_not_fit():
    odd = header("Llama-3.1-8B", attention__key_length=80, attention__value_length=80)
    assert kept(odd, context=1024) == 32 * 1024 * 8 * 160 * 2
    with pytest.raises(CacheError, match="blocks of 32, which do not divide a head's 80"):
        kept(odd, context=1024, keys="q8_0", values="q8_0")


def test_a_latent_cache_has_one_type():
    with pytest.raises(CacheError, match="found `q8_0` for keys and `f16` for values"):
        kept(header("Kimi-K2.5"), context=1024, keys="q8_0")


def test_a_tensor_of_an_unknown_type():
    odd = header("Llama-3.1-8B")._replace(tensors=(Tensor("odd", (7,), 99, 0),))
    with pytest.raises(CacheError, match="`odd` is of type 99"):
        need_of(odd)


def test_encoders_keep_nothing():
    found = cache_of(header("Llama-3.1-8B", architecture="bert"))
    assert found.parts(Setting(512)) == []


def test_the_vocabulary_without_tensors():
    tokens = {"tokenizer.ggml.tokens": Array("string", 1000, 1)}
    bare = header("Llama-3.1-8B")
    assert need_of(bare).vocabulary == 0
    assert need_of(bare._replace(metadata=bare.metadata | tokens)).vocabulary == 1000
