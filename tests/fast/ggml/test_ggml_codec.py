from __future__ import annotations

import math
import os
import struct
import subprocess
import sys
from functools import partial

import pytest

from mkdocs_quantlab.engine.ggml import (
    TYPES,
    GgmlError,
    MissingPartError,
    NotFiniteError,
    UnknownTypeError,
    WrongLengthError,
    decode,
    encode,
    scale_search,
)
from tests.oracle import golden
from tests.oracle.samples import KINDS, sample

GOLDEN = golden.load()
K_QUANTS = [name for name, entry in TYPES.items() if entry.is_k_quant]


@pytest.mark.parametrize("name", GOLDEN["encoded"])
def test_encodes_to_the_golden_bytes(name) -> None:
    golden.check_encoded(name, partial(encode, name))


@pytest.mark.parametrize("name", GOLDEN["decoded"])
def test_decodes_to_the_golden_weights(name) -> None:
    assert (
        golden.digest_of_floats(decode(name, golden.bytes_of(TYPES[name])))
        == GOLDEN["decoded"][name]
    )


def test_golden_file_has_all_types_and_kinds() -> None:
    encodable = {name for name, entry in TYPES.items() if entry.can_encode}
    assert set(GOLDEN["encoded"]) == encodable
    assert all(set(kinds) == set(KINDS) for kinds in GOLDEN["encoded"].values())
    assert set(GOLDEN["decoded"]) == set(TYPES) - {"Q8_1"}


def test_q8_1_decodes_as_q8_0_with_a_sum_between() -> None:
    block = golden.bytes_of(TYPES["Q8_0"])[:34]
    assert bits(decode("Q8_1", block[:2] + b"ab" + block[2:])) == bits(decode("Q8_0", block))


def bits(values) -> list[bytes]:
    return [struct.pack("<f", x) for x in values]


@pytest.mark.parametrize("name", [name for name, entry in TYPES.items() if entry.can_encode])
def test_decoded_weights_are_near_the_encoded(name) -> None:
    weights = sample("bell", 1024)
    decoded = decode(name, encode(name, weights))
    noise = sum((a - b) ** 2 for a, b in zip(weights, decoded, strict=True))
    # A bit is worth 6 dB at best; the formats for models trained in them get less.
    assert noise < sum(x * x for x in weights) * (
        0.75 if TYPES[name].bits_per_weight < 2.3 else 0.2
    )


@pytest.mark.parametrize("name", ["Q4_0", "Q8_0", "Q2_0", "TQ2_0", "Q1_0", "IQ4_NL"])
def test_encoding_decoded_weights_again_changes_nothing(name) -> None:
    once = decode(name, encode(name, sample("bell", 512)))
    assert decode(name, encode(name, once)) == pytest.approx(once, rel=2e-3)


def test_no_weights_give_no_bytes() -> None:
    assert encode("Q4_K", []) == b""
    assert decode("Q4_K", b"") == []


def test_weights_are_rounded_to_float32_first() -> None:
    assert encode("F32", [0.1]) == struct.pack("<f", 0.1)
    assert encode("Q8_0", [0.1] * 32) == encode(
        "Q8_0", [struct.unpack("<f", struct.pack("<f", 0.1))[0]] * 32
    )


def test_floats_may_be_infinite_or_nan() -> None:
    assert decode("F16", encode("F16", [math.inf, -math.inf])) == [math.inf, -math.inf]
    assert math.isnan(decode("BF16", encode("BF16", [math.nan]))[0])
    assert encode("F16", [1e6]) == b"\x00\x7c"


def test_a_scale_beyond_float16_is_infinite_as_in_ggml() -> None:
    assert encode("Q8_0", [3e38] * 32)[:2] == b"\x00\x7c"


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf, 1e39])
@pytest.mark.parametrize("name", ["Q4_0", "Q4_K", "MXFP4"])
def test_other_types_refuse_what_is_not_finite(name, weight) -> None:
    weights = [0.5] * TYPES[name].block_size
    weights[7] = weight
    with pytest.raises(NotFiniteError, match=f"weight 7 is .*which {name} cannot hold"):
        encode(name, weights)


def test_wrong_lengths_are_refused() -> None:
    with pytest.raises(
        WrongLengthError, match="Q4_K has blocks of 256 weights; 255 weights are not whole blocks"
    ):
        encode("Q4_K", [0.0] * 255)
    with pytest.raises(
        WrongLengthError, match="Q4_0 has blocks of 18 bytes; 17 bytes are not whole blocks"
    ):
        decode("Q4_0", bytes(17))


def test_types_without_an_encoder_say_so() -> None:
    with pytest.raises(
        MissingPartError,
        match=r"^IQ2_XS has no encoder: `encode` is not registered in .*iquants\.py$",
    ):
        encode("IQ2_XS", [0.0] * 256)


def test_all_errors_are_value_errors_of_one_family() -> None:
    assert issubclass(GgmlError, ValueError)
    for error in (MissingPartError, NotFiniteError, UnknownTypeError, WrongLengthError):
        assert issubclass(error, GgmlError)


@pytest.mark.parametrize("name", K_QUANTS)
def test_the_search_shows_its_trials(name) -> None:
    entry = TYPES[name]
    searches = scale_search(name, sample("bell", 256))
    assert len(searches) == 256 // entry.sub_block
    for trials in searches:
        assert trials[0].accepted
        accepted = [trial.error for trial in trials if trial.accepted]
        if (
            name != "Q6_K"
        ):  # there the quality of a fit is compared, which float32 rounds differently
            assert accepted == sorted(accepted, reverse=True)
        assert min(trial.error for trial in trials) >= 0.0
        assert all(trial.minimum <= 0.0 for trial in trials)
    count = {"Q2_K": 17, "Q4_K": 22, "Q5_K": 17, "Q6_K": 19}.get(name)
    if count:
        assert {len(trials) for trials in searches} == {count}
    else:
        assert all(1 <= len(trials) <= 6 for trials in searches)


def test_the_best_trial_is_better_than_plain_rounding() -> None:
    gains = [
        trials[0].error / min(trial.error for trial in trials)
        for trials in scale_search("Q4_K", sample("bell", 256))
    ]
    assert min(gains) >= 1.0
    assert max(gains) > 1.1


@pytest.mark.parametrize("name", K_QUANTS)
def test_there_is_nothing_to_search_in_nothing(name) -> None:
    assert all(trials == [] for trials in scale_search(name, [0.0] * 256))


def test_only_k_quants_have_a_search() -> None:
    with pytest.raises(
        GgmlError, match="Q4_0 has no search for scales; Q2_K, Q3_K, Q4_K, Q5_K, Q6_K have"
    ):
        scale_search("Q4_0", [0.0] * 32)
    with pytest.raises(WrongLengthError, match="one block of 256 weights, not 512"):
        scale_search("Q4_K", [0.0] * 512)


def test_codebooks_are_unpacked_only_when_needed() -> None:
    code = (
        "import sys\n"
        "from mkdocs_quantlab.engine.ggml import decode, encode\n"
        "from mkdocs_quantlab.engine.ggml.codebooks import grid\n"
        "encode('IQ4_XS', [1.0] * 256), decode('Q4_K', bytes(144))\n"
        "assert grid.cache_info().currsize == 0\n"
        "decode('IQ2_S', bytes(82))\n"
        "assert grid.cache_info().currsize == 1\n"
        "assert not {'numpy', 'dataclasses', 'inspect', 'difflib'} & set(sys.modules), sys.modules\n"
    )
    subprocess.run(
        [sys.executable, "-S", "-c", code],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p or "." for p in sys.path)},
    )
