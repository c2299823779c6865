"""What models have in common and where they differ."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.gguf.comparison import (
    bits_per_weight,
    kinship,
    main_share,
    matrices,
    metadata,
    shares,
)
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from tests.gguf_models import model


def test_shares_and_bits_worked_out_by_hand():
    tiny = model(layers=1)
    found = {share.type: share[1:] for share in shares(tiny.tensors)}
    assert found == {
        "F32": (32, 1, 256, 1024),
        "Q6_K": (6.5625, 1, 256_000, 256_000 // 256 * 210),
        "Q4_K": (4.5, 3, 65_536 + 16_384 + 262_144, 344_064 // 256 * 144),
    }
    assert [share.type for share in shares(tiny.tensors)] == ["F32", "Q6_K", "Q4_K"]
    bits = 8 * (1024 + 210_000 + 193_536) / (256 + 256_000 + 344_064)
    assert bits_per_weight(tiny) == bits


def test_the_main_type_is_that_of_the_layers():
    """However large the embeddings are."""
    tiny = model(layers=1, more={"blk.0.attn_q.weight": "Q8_0"})
    assert main_share(tiny).type == "Q4_K"
    assert {tensor.name for tensor in matrices(tiny)} == {
        f"blk.0.{kind}.weight" for kind in ("attn_q", "attn_v", "ffn_down")
    }
    bare = tiny._replace(tensors=tiny.tensors[:1])
    assert main_share(bare).type == "Q6_K"
    assert main_share(tiny._replace(tensors=())) is None


def test_unknown_types_have_no_size():
    tiny = model(layers=1)
    odd = tiny._replace(tensors=(*tiny.tensors, Tensor("odd", (7,), 99, 0)))
    assert shares(odd.tensors)[-1] == ("type 99", None, 1, 7, None)
    assert bits_per_weight(odd) is None


def differences(a, b, key="some.key"):
    return next(
        d for d in metadata([model(**{"some.key": a}), model(**{"some.key": b})]) if d.key == key
    )


LONG = "{% for message in messages %}" * 20


@pytest.mark.parametrize(
    ("a", "b", "same", "where"),
    [
        (1, 1, True, ""),
        (1, 2, False, ""),
        (1, True, False, ""),
        ("short", "sharp", False, ""),
        (LONG, LONG, True, ""),
        (
            LONG,
            LONG[:100] + "X" + LONG[101:],
            False,
            "part at character 101",
        ),
        (Array("string", 2, 9), Array("string", 3, 9), False, ""),
        (Array("string", 2, 9), Array("string", 2, 8), False, "9 and 8 bytes"),
        (Array("string", 2, 9), Array("string", 2, 9), None, ""),
        (Array("string", 2, 9, None, ("a",)), Array("string", 2, 9, None, ("a",)), True, ""),
        (
            Array("string", 2, 9, None, ("a",)),
            Array("string", 2, 9, None, ("b",)),
            False,
            "they part between elements 0 and 1",
        ),
        (
            Array("string", 9000, 9, None, ("a", "b", "c")),
            Array("string", 9000, 9, None, ("a", "b", "d")),
            False,
            "they part between elements 8,192 and 8,999",
        ),
        (
            Array("string", 2, 9, ("a", "b")),
            Array("string", 2, 9, ("a", "c")),
            False,
            "they part at element 1: b and c",
        ),
        (LONG, None, False, ""),
    ],
)
def test_values_side_by_side(a, b, same, where):
    found = differences(a, b)
    assert found.same is same
    if "part at character" in where:
        assert found.where == (
            "580 characters and 580 characters; they part at character 101: “…"
            + LONG[76:124].strip()
            + "…” and “…"
            + (LONG[76:100] + "X" + LONG[101:124]).strip()
            + "…”"
        )
    else:
        assert found.where == where


def test_a_missing_key_is_a_difference():
    found = {d.key: d for d in metadata([model(), model(**{"general.name": "Tiny"})])}
    assert found["general.name"].texts == ("–", "Tiny")
    assert found["general.name"].same is False
    assert found["general.architecture"].same is True


def test_long_values_are_shortened():
    found = differences("a\nb " * 100, Array("float32", 9, 36, tuple(map(float, range(9)))))
    assert len(found.texts[0]) == 60
    assert "\n" not in found.texts[0]
    assert found.texts[1] == "9 × float32: 0, 1, 2, 3, 4, 5, 6, 7 …"


def kin(*models):
    return kinship(models, metadata(models))


def test_the_chat_template_is_no_part_of_the_tokenizer():
    found = kin(*(model(**{"tokenizer.chat_template": text}) for text in "ab"))
    assert found == (True, True, True, True)
    assert found.is_one_model
    assert found.sentences() == ["All have the same tensors.", "The tokenizers are the same."]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (model(general__architecture="qwen2"), "The architectures differ."),
        (model(layers=3), "Their tensors differ in names or shapes: they are not the same model."),
        (
            model(tokenizer__ggml__tokens=Array("string", 1000, 9000, None, ("a1", "c3"))),
            "The tokenizers differ.",
        ),
    ],
)
def test_what_is_not_one_model(other, says):
    found = kin(model(), other)
    assert not found.is_one_model
    assert says in found.sentences()


def test_vocabularies_that_were_not_read_are_not_called_the_same():
    unread = model(tokenizer__ggml__tokens=Array("string", 1000, 9000))
    found = kin(unread, unread)
    assert found.tokenizer is None
    assert found.is_one_model
    assert found.about_tokenizer() == (
        "The tokenizers agree in numbers and bytes; their words were not compared."
    )


def test_no_tokenizer_is_said():
    bare = model()
    bare.metadata.pop("tokenizer.ggml.tokens")
    assert kin(bare, bare).about_tokenizer() == "No file has a tokenizer."
