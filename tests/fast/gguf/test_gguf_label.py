"""Labels of files against their content."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES, base_type
from mkdocs_quantlab.engine.gguf.label import check, label_of
from tests.gguf_models import model


@pytest.mark.parametrize(
    ("file", "label"),
    [
        ("Llama-3.1-8B-Instruct-Q4_K_M.gguf", ("Q4_K_M", "Q4_K_M", "Q4_K", False)),
        ("llama-2-7b.q4_k_m.gguf", ("q4_k_m", "Q4_K_M", "Q4_K", False)),
        ("gemma-4-E2B-it-UD-IQ2_M.gguf", ("UD-IQ2_M", None, "IQ2_S", True)),
        ("gemma-4-E2B-it-qat-UD-Q4_K_XL.gguf", ("UD-Q4_K_XL", None, "Q4_K", True)),
        ("Qwen3-Q6_K_L.gguf", ("Q6_K_L", None, "Q6_K", False)),
        ("gpt-oss-20b-MXFP4.gguf", ("MXFP4", "MXFP4_MOE", "MXFP4", False)),
        ("gpt-oss-20b-mxfp4_moe.gguf", ("mxfp4_moe", "MXFP4_MOE", "MXFP4", False)),
        ("ggml-model-fp16.gguf", ("fp16", "F16", "F16", False)),
        ("model-BF16-00001-of-00002.gguf", ("BF16", "BF16", "BF16", False)),
        ("model-Q5_K.gguf", ("Q5_K", "Q5_K_M", "Q5_K", False)),
        ("model-Q2_K.gguf", ("Q2_K", "Q2_K", "Q2_K", False)),
        ("model-IQ4_NL.gguf", ("IQ4_NL", "IQ4_NL", "IQ4_NL", False)),
        ("model-IQ2_S.gguf", ("IQ2_S", "IQ2_S", "IQ2_XS", False)),
        ("model-IQ3_XS.gguf", ("IQ3_XS", "IQ3_XS", "IQ3_S", False)),
        # Of several the last, as for Hugging Face.
        ("QAT-Q4_0-unquantized-Q8_0.gguf", ("Q8_0", "Q8_0", "Q8_0", False)),
        ("Q4_K_M_imatrix.gguf", ("Q4_K_M", "Q4_K_M", "Q4_K", False)),
        ("model.gguf", None),
        ("AF16B.gguf", None),
        ("", None),
    ],
)
def test_names_of_files(file, label):
    assert label_of(file) == label


def test_every_file_type_stands_for_a_type():
    for name in FILE_TYPES.values():
        assert base_type(name) in TYPES


UD = "“UD-” (Unsloth Dynamic) means that the uploader chose the type of each tensor: the name is not a recipe."


@pytest.mark.parametrize(
    ("found", "agrees", "says"),
    [
        (model(file="a-Q4_K_M.gguf", general__file_type=15), True, "File name (Q4_K_M) and general.file_type (Q4_K_M) match the tensors: the layers are mostly Q4_K."),
        (model(file="a-Q4_K_S.gguf", general__file_type=15), False, "The file name says Q4_K_S, but general.file_type says Q4_K_M."),
        (model(file="a-Q8_0.gguf", general__file_type=7), False, "Name and general.file_type stand for Q8_0, but 100 % of the weights in the layers' matrices are Q4_K."),
        (model(file="a-UD-Q4_K_XL.gguf", base="Q4_0", general__file_type=2), False, "The file name stands for Q4_K, but 100 % of the weights in the layers' matrices are Q4_0."),
        (model(file="a-UD-Q4_K_XL.gguf", general__file_type=15), True, UD),
        (model(file="a-Q4_K_XL.gguf", general__file_type=15), True, "Q4_K_XL is an uploader's own mixture, not a recipe of llama.cpp."),
        (model(file="a.gguf", general__file_type=7), False, "general.file_type stands for Q8_0, but 100 % of"),
        (model(file="a.gguf", general__file_type=15 + 1024), True, "general.file_type is marked as guessed."),
        (model(file="a.gguf", general__file_type=999), True, "general.file_type (number 999) matches the tensors"),
        (model(file="a.gguf"), True, "Neither the file name nor general.file_type says anything: the layers are mostly Q4_K."),
        (model(file="a-Q4_K_M.gguf"), True, "there is no general.file_type."),
        (model(file="a-IQ2_M.gguf", base="IQ2_S", embedding="Q8_0", layers=1), True, "bits per weight, compared with 2.5625 for IQ2_S, because embeddings and protected tensors have more."),
        (model(file="a-Q4_K_M.gguf")._replace(tensors=()), True, "It has no tensors."),
    ],
)  # fmt: skip
def test_verdicts(found, agrees, says):
    result = check(found)
    assert says in result.verdict
    assert result.agrees is agrees


def test_a_plain_file_of_its_label_is_not_heavy():
    assert "compared with" not in check(model(file="a-Q4_K_M.gguf")).verdict


HEADS = {"llama.attention.head_count": 4, "llama.attention.head_count_kv": 1}


@pytest.mark.parametrize(
    ("found", "recipes", "says"),
    [
        # Of two layers llama.cpp's Q4_K_M gives the last one more bits.
        (
            model(
                file="a-Q4_K_M.gguf",
                more={"blk.1.attn_v.weight": "Q6_K", "blk.1.ffn_down.weight": "Q6_K"},
                **HEADS,
            ),
            ("Q4_K_M",),
            "Every tensor has the type that llama.cpp's Q4_K_M gives it.",
        ),
        (
            model(file="a-Q4_K_M.gguf", **HEADS),
            (),
            "Some tensors have other types than llama.cpp gives them in Q4_K_M.",
        ),
        (
            model(base="Q8_0", embedding="Q8_0", **HEADS),
            ("Q8_0",),
            "Every tensor has the type that llama.cpp's Q8_0 gives it.",
        ),
    ],
)
def test_recipes_that_explain_every_type(found, recipes, says):
    result = check(found)
    assert result.recipes == recipes
    assert says in result.verdict


def test_nothing_is_said_of_recipes_where_metadata_lack_what_they_ask():
    result = check(model(file="a-Q4_K_M.gguf"))
    assert result.recipes is None
    assert "other types" not in result.verdict


@pytest.mark.parametrize(
    ("found", "trace"),
    [
        (model(quantize__imatrix__dataset="calibration_v3.txt"), "It was quantized with an importance matrix (calibration_v3.txt)."),
        (model(quantize__imatrix__chunks_count=9), "It was quantized with an importance matrix."),
        (model(general__quantized_by="Unsloth"), "It was quantized by Unsloth."),
        (model(general__name="Gemma 3 4b It Qat"), "Name or metadata mention quantization-aware training (QAT)."),
        (model(file="gemma-3-4b-it-qat-q4_0.gguf"), "Name or metadata mention quantization-aware training (QAT)."),
    ],
)  # fmt: skip
def test_traces_of_how_a_file_was_made(found, trace):
    assert check(found).traces == (trace,)


def test_no_trace_where_there_is_none():
    assert check(model(general__name="Qatar", file="qatari-Q4_K_M.gguf")).traces == ()
