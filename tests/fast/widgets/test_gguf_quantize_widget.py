"""The widget that quantizes a model: its figure, its panel, and what the page's workers are told."""

from __future__ import annotations

import json
import math
import re
import struct

import pytest

from mkdocs_quantlab.engine.core.live_code import source as source_of
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import FRAME_BUDGET, frames, widget
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.named import FileOf, ModelOf
from mkdocs_quantlab.engine.gguf.quantize import (
    GROUPS,
    Loss,
    LossesHere,
    prepare,
    quantized,
    read_everything,
)
from mkdocs_quantlab.engine.gguf.recipes import plan
from mkdocs_quantlab.engine.methods.schemes import Symmetric
from tests.calls import answer, outcome, refusal
from tests.oracle.quantized import source
from tests.oracle.recipes import Case

QUANTIZE = widget("gguf-quantize")
FILE = source(Case(layers=2))
HEADER = read_everything(lambda start, stop: FILE[start:stop], len(FILE))
MODEL = Model.of_files("own", [("own-F16.gguf", HEADER)])


def resources(model=MODEL, losses=None):
    found = {
        ModelOf("own"): model,
        FileOf("own"): {"address": "models/own.gguf", "size": model.size},
    }
    return Resources(["own"], found | ({LossesHere(): losses} if losses else {}))


def text(strings, given=None):
    """What a reader without script reads."""
    html = QUANTIZE.render(QUANTIZE.options({"model": "own"} | strings, given or resources()))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_result_states_size_and_bits_of_the_file_that_is_written():
    for strings in ({"recipe": "Q4_K_M"}, {"recipe": "Q8_0", "output": "Q4_0", "ffn_up": "Q3_K"}):
        types = {name: type_ for name, type_ in strings.items() if name in GROUPS}
        job = prepare(HEADER, strings["recipe"], types)
        bits = 8 * sum(tensor.size for tensor in job.tensors) / MODEL.parameters
        said = text(strings)
        assert f"{bits:.4f} bits per weight" in said
        # The header may be a few bytes longer by what is noted; three digits are the same.
        assert f"in {job.size / 1000:.1f} kB instead of {len(FILE) / 1000:.1f} kB" in said


def test_a_group_is_shown_with_its_own_numbers():
    said = text({"recipe": "Q8_0", "attn_v": "Q4_0"})
    assert "Values 1,024 2.05 kB 576 bytes 4.50 Q4_0" in said
    assert "Keys 1,024 2.05 kB 1.09 kB 8.50 Q8_0" in said
    assert "Norms, vectors 1,280 5.12 kB 5.12 kB 32.00 F32" in said


def test_types_of_a_mixed_group_are_counted():
    model = Model.of_files(
        "own", [("own-F16.gguf", read_everything(*_driver(source(Case(layers=8)))))]
    )
    assert "Values" in (said := text({"recipe": "Q4_K_M"}, resources(model)))
    counted = [t.type_name for t in plan(model, "Q4_K_M").tensors if "attn_v" in t.name]
    assert f"{counted.count('Q4_K')} × Q4_K, {counted.count('Q6_K')} × Q6_K" in said


def _driver(data):
    return lambda start, stop: data[start:stop], len(data)


def test_what_was_quantized_has_its_signal_to_noise_ratio():
    losses = {(f"blk.{layer}.attn_q.weight", "Q4_0"): Loss(0.5, 50.0) for layer in (0, 1)}
    losses["blk.0.attn_k.weight", "Q4_0"] = Loss(1.0, 2.0)
    given = resources(losses=losses)
    said = text({"recipe": "Q4_0"}, given)
    assert re.search(r"Queries [\d,]+ \S+ \w+ \S+ \w+ 4\.50 Q4_0 20\.00 dB", said)
    assert re.search(r"Keys [\d,]+ \S+ \w+ \S+ \w+ 4\.50 Q4_0 –", said)  # one of two layers
    # Another type was not tried yet; what stays is exact.
    assert re.search(r"4\.50 Q4_0 –", text({"recipe": "F16", "attn_v": "Q4_0"}, given))
    assert re.search(r"Queries .{,40} 16\.00 F16 exact", text({"recipe": "F16"}, given))
    assert "SNR" not in text({"recipe": "Q4_0"})


def test_every_recipe_that_can_be_made_here_is_there_and_most_answer_at_once():
    choices = QUANTIZE.options.recipe.choices
    assert [name for name in RECIPES if name in choices] == list(choices)
    assert {"Q4_K_M", "Q2_K", "Q8_0", "F16"} <= choices.keys()
    assert not {"IQ3_S", "IQ1_M", "F32"} & choices.keys()
    made = frames(QUANTIZE, {"model": "own"}, resources())
    assert len(made) == len(choices) - 1
    assert sum(map(len, made.values())) < FRAME_BUDGET


def test_the_panel_says_what_a_click_fetches():
    panel = QUANTIZE.panel(QUANTIZE.options({"model": "own"}, resources()))
    assert f"Fetch {len(FILE) / 1000:.1f} kB and quantize" in panel
    assert 'data-file="models/own.gguf"' in panel
    assert panel.startswith("<div")
    assert " hidden>" in panel.partition(">")[0] + ">"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (MODEL._replace(tensors=tuple(t._replace(type=8) for t in MODEL.tensors)), "takes a model in F16, BF16 or F32.*`own` has Q8_0"),
        (MODEL._replace(parts=2), "takes one file of at most 100 MB.*in 2 files"),
        (MODEL._replace(size=200_000_000), "`own` has 200 MB in 1 file"),
        (MODEL._replace(metadata={}), "`own`"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_quantized_is_told_why(model, said):
    with pytest.raises(OptionError, match=said):
        text({}, resources(model))


def test_a_model_that_is_not_there_is_told_so():
    with pytest.raises(OptionError, match=r"`model`: `onw` is not in .*did you mean `own`"):
        QUANTIZE.render(QUANTIZE.options({"model": "onw"}, resources()))
    with pytest.raises(
        OptionError, match=r"`attn_q` takes one of .*found `Q4_X` \(did you mean `IQ4_XS`"
    ):
        QUANTIZE.options({"attn_q": "Q4_X"}, resources())


def asked_of(options, given=None):
    return {"options": {"model": "own"} | options, "resources": (given or resources()).to_json()}


def in_page(options):
    return answer("plan_quantization", asked_of(options), FILE)


def cut(piece):
    """A piece's bytes in the old file."""
    return FILE[piece["start"] : piece["stop"]]


def test_the_pieces_that_workers_encode_are_the_file():
    asked = in_page({"recipe": "Q4_1"})
    assert asked["name"] == "own-Q4_1.gguf"
    assert asked["size"] == len(quantized(FILE, "Q4_1"))
    for piece in asked["pieces"]:
        said, data = outcome("encode_piece", {"piece": piece}, cut(piece))
        assert said["answer"]["size"] is None
        assert data in quantized(FILE, "Q4_1")


def test_what_the_readers_code_makes_is_stored_as_f16():
    asked = in_page({"recipe": "F16", "attn_q": "custom"})
    own = [piece for piece in asked["pieces"] if piece["target"] == "custom"]
    assert {piece["tensor"] for piece in own} == {"blk.0.attn_q.weight", "blk.1.attn_q.weight"}
    piece = own[0]
    data = cut(piece)
    inputs = answer("piece_inputs", {"piece": piece, "options": {}}, data)["inputs"]
    weights = json.loads(inputs)["custom"]
    assert [len(block) for block in weights] == [256, 256]
    assert struct.pack("<512e", *weights[0], *weights[1]) == data
    halved = [[x / 2 for x in block] for block in weights]
    blocks = ["00" * 64, "00" * 60]
    values = [json.dumps({"custom": each}) for each in (blocks, halved)]
    params = {"piece": piece, "run": {"inputs": inputs, "values": values}}
    said, made = outcome("store_values", params, data)
    assert made == struct.pack("<512e", *halved[0], *halved[1])
    said = said["answer"]
    for wrong in (values[:1], values[::-1], [values[0], '{"custom": [[1.0]]}'], ["", ""]):
        run = {"inputs": inputs, "values": wrong}
        refusal("store_values", {"piece": piece, "run": run}, data)
    assert said["noise"] == pytest.approx(said["power"] / 4, rel=1e-3)
    assert said["size"] == 64 + 60 + 2 * 2  # lengths that differ count
    losses = {(f"blk.{n}.attn_q.weight", "custom"): Loss(1.0, 100.0, 128) for n in (0, 1)}
    shown = text({"recipe": "F16", "attn_q": "custom"}, resources(losses=losses))
    assert "16.00 F16, by your code 20.00 dB" in shown
    assert "It takes 2.000 bits per weight." in shown
    assert "It takes" not in text({"recipe": "F16", "attn_q": "custom"})


def scheme_piece():
    """A piece for the explorer's scheme: a tensor of 512 weights."""
    asked = in_page({"recipe": "F16", "attn_v": "scheme"})
    assert [(each["target"], each["widget"]) for each in asked["live"]] == [
        ("scheme", "quantization-grid-explorer")
    ]
    piece = next(piece for piece in asked["pieces"] if piece["target"] == "scheme")
    assert piece["weights"] == 512  # a whole tensor, which may have one scale
    return piece


def scheme_of(options):
    """What the explorer's scheme makes of a tensor, and what is said of it."""
    piece = scheme_piece()
    said, made = outcome("store_by_scheme", {"piece": piece, "options": options}, cut(piece))
    return struct.unpack("<512e", cut(piece)), made, said["answer"]


def code_of(options, code):
    """The same of the reader's code in place of the symmetric scheme."""
    piece = scheme_piece()
    given = {"piece": piece, "options": options}
    inputs = answer("piece_inputs", given, cut(piece))["inputs"]
    step = {"widget": "quantization-grid-explorer", "module": "", "value": "symmetric"} | {
        "step": 0
    }
    values = answer("live_step", step | {"code": code, "given": inputs})["values"]
    run = {"inputs": inputs, "values": [values]}
    said, made = outcome("store_values", {"piece": piece, "run": run}, cut(piece))
    return made, said.get("answer") or said["error"]


@pytest.mark.parametrize(("block", "size"), [("32", 256 + 4 * 16), ("layer", 256 + 4)])
def test_the_explorers_scheme_is_one_of_the_types(block, size):
    weights, made, said = scheme_of({"bits": "4", "block": block})
    step = 512 if block == "layer" else int(block)
    wanted = []
    for first in range(0, 512, step):
        part = weights[first : first + step]
        scale = max(map(abs, part)) / 7
        # Halves go away from zero.
        wanted += [scale * int(math.copysign(abs(w / scale) + 0.5, w)) for w in part]
    assert made == struct.pack("<512e", *wanted)
    assert said["size"] == size
    shown = text({"recipe": "F16", "attn_v": "scheme"})
    assert "F16, by the explorer's scheme" in shown
    losses = {(f"blk.{n}.attn_v.weight", "scheme"): Loss(1.0, 100.0, size) for n in (0, 1)}
    shown = text({"recipe": "F16", "attn_v": "scheme"}, resources(losses=losses))
    assert f"It takes {8 * size / 512:.3f} bits per weight." in shown


def test_the_explorers_scheme_may_be_the_readers_own_code():
    code = source_of(Symmetric).replace("value = q * self.scale", "value = 0.25")
    assert code != source_of(Symmetric)
    made, said = code_of({"bits": "3", "block": "32"}, code)
    assert made == struct.pack("<512e", *[0.25] * 512)
    assert said["size"] == 3 * 64 + 16 * 4
    assert scheme_of({"bits": "3", "block": "32"})[1] != made
    _, said = code_of({}, code.replace("0.25", "1e9"))
    assert "F16 cannot store: 1e+09" in said["message"]
    _, said = code_of({}, code.replace("0.25", "float('nan')"))
    assert "number 1 of its values is `nan`" in said["message"]
    given = {"piece": scheme_piece(), "options": {"bits": "16"}}
    assert answer("piece_inputs", given, cut(given["piece"]))["inputs"] is None


def first_piece(target, size, weights):
    return {"tensor": "blk.0.x", "start": 0, "stop": size, "source": "F16", "target": target, "weights": weights, "padding": 0}  # fmt: skip


def test_what_f16_cannot_store_and_rows_that_do_not_fit_are_told():
    piece = first_piece("custom", 512, 256)
    inputs = answer("piece_inputs", {"piece": piece, "options": {}}, bytes(512))["inputs"]
    values = ['{"custom": ["00"]}', json.dumps({"custom": [[0] * 255 + [-(10**9)]]})]
    params = {"piece": piece, "run": {"inputs": inputs, "values": values}}
    message, _, _ = refusal("store_values", params, bytes(512))
    assert message.endswith("that F16 cannot store: -1e+09")
    odd = source(Case(layers=1, rows=96))
    model = Model.of_files("own", [("own-F16.gguf", read_everything(*_driver(odd)))])
    params = asked_of({"attn_q": "custom"}, resources(model))
    message, _, _ = refusal("plan_quantization", params, odd)
    assert "has 192 weights, which is not a multiple of the 256" in message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FILE[:-5000], "own-F16.gguf: its tensors end at byte .* bytes are missing"),
        (b"<!doctype html>", "own-F16.gguf: "),
        (source(Case(layers=1)), "own-F16.gguf: it has other tensors than when this page was made"),
    ],
)
def test_a_file_that_is_not_the_models_is_told_so(data, said):
    message, option, _ = refusal("plan_quantization", asked_of({}), data)
    assert option == "model"
    assert re.search(said, message)


def test_weights_that_are_not_finite_are_told_so():
    piece = first_piece("Q4_0", 64, 32)
    message, _, _ = refusal("encode_piece", {"piece": piece}, b"\x00\x7c" * 32)
    assert "`blk.0.x` has a weight that is not finite" in message
