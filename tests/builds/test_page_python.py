"""The page's Python, started from the built archive as the page starts it, but under Node."""

from __future__ import annotations

import inspect
import json
import subprocess

import pytest

from mkdocs_quantlab.engine.comparing.record import read
from mkdocs_quantlab.engine.comparing.resource import ComparisonOf
from mkdocs_quantlab.engine.core.dispatch import call
from mkdocs_quantlab.engine.core.modules import OFFERED
from mkdocs_quantlab.engine.core.widget import answer, built_in, widget
from mkdocs_quantlab.engine.drawing.parse import parse
from mkdocs_quantlab.engine.drawing.scene import draw
from mkdocs_quantlab.engine.drawing.svg import svg
from mkdocs_quantlab.engine.ggml.measured import SNR
from mkdocs_quantlab.engine.gguf.blocks import BlocksOf, Stored
from mkdocs_quantlab.engine.gguf.comparison import VOCABULARY
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.named import ModelOf
from mkdocs_quantlab.engine.gguf.quantize import Loss, LossesHere, quantized
from mkdocs_quantlab.engine.gguf.ranges import read_file, read_ranges
from mkdocs_quantlab.engine.gguf.reader import Wanted
from mkdocs_quantlab.engine.views.losses import LevelsOf
from mkdocs_quantlab.engine.views.ratios import RatiosOf
from mkdocs_quantlab.site.assets import STATIC
from tests import calls, live
from tests.generated import generate
from tests.gguf_files import write_gguf
from tests.gguf_models import model, resources
from tests.gguf_samples import everything
from tests.gguf_writer import Writer
from tests.oracle.quantized import source
from tests.oracle.recipes import CASES, Case
from tests.paths import ROOT

BROWSER = ROOT / "browser"


@pytest.fixture(scope="module")
def run():
    """Runs code in the page's Python and gives the value of its last line, which it must make JSON."""

    def in_page(code, archives="all"):
        command = ["node", "build/page_python.mjs", str(STATIC / "pyodide"), archives, "-"]
        done = subprocess.run(
            command,
            input=code,
            cwd=BROWSER,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return in_page


@pytest.mark.parametrize("name", sorted(generate.FROM_NPM))
def test_what_is_generated_from_npms_packages_is_not_stale(name):
    path = generate.GENERATED / name
    assert path.read_text(encoding="utf-8") == generate.text(name), (
        f"run `python browser/build/generate.py`: {name} is stale"
    )


def test_everything_that_is_documented_can_be_imported(run):
    code = (
        "import importlib, json\n"
        f"json.dumps([importlib.import_module(n).__name__ for n in {OFFERED!r}])"
    )
    assert run(code) == OFFERED


def test_what_the_boot_defers_is_imported_when_something_asks_for_it(run):
    code = """
import inspect, json, sys
inspect.getmodule(json.loads)  # looks at every module
known = ["asyncio.events" in sys.modules, "zipfile" in sys.modules]
import asyncio, asyncio.queues
from pyodide._package_loader import unpack_buffer
loop = type(asyncio.get_event_loop()).__name__
json.dumps([known, asyncio.Queue.__module__, loop, unpack_buffer.__module__, "zipfile" in sys.modules])
"""
    assert run(code) == [
        [False, False],
        "asyncio.queues",
        "WebLoop",
        "pyodide._package_loader",
        True,
    ]


def test_what_is_left_out_says_so(run):
    code = """
import importlib, json
def why(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        return [error.name, str(error)]
json.dumps([why(name) for name in ("sqlite3", "numpy", "importlib.metadata.nothing", "mkdocs_quantlab.nothing")])
"""
    sqlite3, numpy, submodule, ours = run(code)
    assert sqlite3[0] == "sqlite3"
    assert sqlite3[1].startswith(
        "`sqlite3` is not in this page's Python, which leaves out most of the standard library"
    )
    assert "add it to OFFERED" in sqlite3[1]
    assert sqlite3[1].endswith(f"It has {', '.join(OFFERED)}.")
    assert "has no packages, numpy included" in numpy[1]
    assert "is not in this page's Python" in submodule[1]
    assert ours[1] == "No module named 'mkdocs_quantlab.nothing'"


@pytest.mark.parametrize("name", built_in())
def test_the_page_draws_what_the_build_draws(run, name):
    """To the letter, with another version of Python on another platform."""
    cases = {
        "quantization-explorer": [
            {},
            {"scheme": "nf4"},
            {"scheme": "affine", "min": "-0.2", "bits": "3"},
            {"bits": "7", "weight": "-0.31", "max": "0.333"},
            {"weight": "1e-5"},
        ],
        "quantization-grid-explorer": [
            {},
            {"scheme": "k-means", "bits": "3", "preset": "laplace"},
            {"scheme": "int8-outliers", "preset": "outlier"},
            {"bits": "16"},
            {"preset": "gaussian", "count": "64", "seed": "9", "block": "8"},
            {"preset": "laplace", "count": "100", "seed": "123456", "bits": "3"},
            {"preset": "outlier", "count": "17", "block": "4", "bits": "2"},
            {"weights": "1e-30 -1e6 0.1 3"},
        ],
        "quantization-block": [
            {},
            {"format": "Q4_K", "compare": "Q6_K"},
            {"format": "Q3_K", "preset": "laplace", "seed": "5", "sub": "7"},
            {"format": "NVFP4", "compare": "TQ1_0", "preset": "outlier"},
            {"tensor": "a:x[2]"},
            {"tensor": "a:x[2]", "format": "Q4_0"},
        ],
        "quantization-layer": [
            {},
            {"method": "awq", "hot": "30"},
            {"step": "5", "bits": "2", "seed": "9"},
        ],
        "quantization-qat": [{}, {"bits": "2", "steps": "40", "noise": "0.3", "seed": "9"}],
        "quantization-quality": [{}, {"model": "llama-2-70b"}, {"measure": "change"}],
        "quantization-challenge": [{}, {"start": "codebook3", "distribution": "laplace"}],
        "quantization-palette": [{}, {"colours": "64", "made": "uniform"}, {"number": "100"}],
        "quantization-formats": [
            {},
            {"distribution": "student-t4", "sort": "snr", "parameters": "3.1e6"},
            {"formats": " ".join(SNR), "sort": "name", "distribution": "laplace"},
            {"tensor": "a:x", "formats": " ".join(SNR), "sort": "snr"},
            {"tensor": "a:y"},
        ],
        "model-comparison": [{}, {"file": "a.json"}, {"file": "a.json", "measure": "words"}],
        "model-memory": [
            {},
            {"shape": "Qwen2.5-0.5B", "context": "262144", "cache": "q4_0", "memory": "2.5"},
            {"recipes": "IQ2_XXS Q2_K_S", "sequences": "7", "memory": "1e6"},
        ],
        "gguf-compare": [{}, {"models": "b", "show": "map"}, {"models": "b", "reference": "a"}],
        "gguf-inspect": [{}, {"models": "a"}],
        "gguf-quantize": [
            {"model": "f16"},
            {"model": "f16", "recipe": "Q4_K_M", "attn_v": "Q4_0", "output": "Q8_0"},
        ],
        "gguf-recipe": [
            {},
            {"recipe": "IQ2_XXS", "compare": "Q4_0", "imatrix": "yes"},
            {"shape": "Qwen2.5-0.5B", "kv_heads": "7", "layers": "5", "tied": "no"},
        ],
    }[name]
    # Others ask for nothing of it.
    found = resources(
        model("a", "a-Q4_K_M.gguf", general__file_type=15),
        model("b", "b-UD-Q2_K_XL.gguf", "Q2_K", more={"blk.1.attn_q.weight": "Q3_K"}),
    )
    found.found[ModelOf("f16")] = CASES["2 layers"].model()._replace(name="f16")
    found.found[LossesHere()] = {
        ("blk.0.attn_q.weight", "Q4_0"): Loss(0.01, 3.5),
        ("output.weight", "Q6_K"): Loss(0, 0),
    }
    exported = ROOT / "docs/widgets/comparisons/smollm2.json"
    found.found[ComparisonOf("a.json")] = read(exported.read_bytes())
    levels = {"blk.0.attn_q.weight": 10.123, "blk.1.attn_q.weight": None}
    found.found[LevelsOf("b", "a")] = levels
    found.found[BlocksOf("a:x[2]")] = Stored("IQ2_XXS", bytes(range(66)))
    snr = {"Q4_0": 19.5, "Q8_0": None, "F32": None, "MXFP4": 18.25}
    found.found[RatiosOf("a:x")] = {"type": "Q8_0", "shape": [64, 4], "rms": 0.0213, "snr": snr}
    given = {**found.to_json(), "files": ["b"]}
    asked = [json.dumps(calls.draw(name, options, given)) for options in cases]
    code = f"""
import json
from mkdocs_quantlab.engine.core.dispatch import call
json.dumps([call("draw", params)[0] for params in {asked!r}])
"""
    # With the archives that a page with this widget fetches, and no others.
    assert run(code, archives=name) == [call("draw", params)[0] for params in asked]


@pytest.mark.parametrize("name", built_in())
def test_the_page_refuses_in_the_same_words(run, name):
    """With the nearest name, for which a module of the standard library is imported that nothing else needs."""
    wrong = [{"optoin": "1"}, *({field.name: "wrnog"} for field in widget(name).options.fields())]
    asked = [
        {"widget": name, "module": "", "options": options, "resources": None, "run": None}
        for options in wrong
    ]
    code = f"""
import json
from mkdocs_quantlab.engine.core.dispatch import call
json.dumps([call("draw", json.dumps(params))[0] for params in {asked!r}])
"""
    assert run(code, archives=name) == [call("draw", json.dumps(params))[0] for params in asked]


@pytest.mark.parametrize("name", sorted({name for name, _, _ in live.LIVE}))
def test_edited_code_gives_in_the_page_what_it_gives_here(run, name):
    """Of the text that readers are shown; the challenge draws its weights anew each time."""
    asked = [
        (option, value, live.text_of(name, value))
        for each, option, value in live.LIVE
        if each == name
    ]
    code = f"""
import json
from mkdocs_quantlab.engine.core.dispatch import call
def ask(method, params):
    return json.loads(call(method, json.dumps(params))[0])["answer"]
def drawn(option, value, code):
    figure = {{"widget": {name!r}, "options": {{option: value}}, "resources": None, "module": ""}}
    inputs = ask("live_inputs", figure)["inputs"]
    values = []
    for step in range({len(widget(name).live.steps)}):
        given = values[-1] if values else inputs
        step = {{"widget": {name!r}, "module": "", "value": value, "step": step, "code": code, "given": given}}
        values.append(ask("live_step", step)["values"])
    run = {{"inputs": inputs, "values": values}}
    return [run, ask("draw", {{**figure, "run": run}})["html"]]
json.dumps([drawn(*each) for each in {asked!r}])
"""
    for (option, value, _), (made, html) in zip(asked, run(code), strict=True):
        assert answer(name, {option: value}, run=made)["html"] == html
        # To the digits that are shown: the last bits of a logarithm differ.
        if name != "quantization-challenge":
            assert live.drawn(name, {option: value}, live.text_of(name, value)) == html


def test_a_figure_of_ours_loads_nothing_for_custom_widgets(run):
    code = f"""
import json, sys
before = set(sys.modules)
from mkdocs_quantlab.engine.core.dispatch import call
call("draw", {json.dumps(calls.draw("quantization-explorer", {}))!r})
json.dumps(sorted(set(sys.modules) - before))
"""
    loaded = run(code)
    assert "mkdocs_quantlab.engine.widgets.quantization_explorer.widget" in loaded
    assert not {"mkdocs_quantlab.engine.core.mounts", "importlib.resources", "zipfile"} & set(
        loaded
    )


def test_headers_are_read_in_the_page_as_at_build_time(run, tmp_path):
    """By the generator that the worker drives, from bytes as JavaScript has them."""
    path = write_gguf(tmp_path / "a model-Q4_K_M.gguf", file_type=15)
    start = path.read_bytes()[: 1 << 15]  # what the reader asks for first
    code = f"""
import json
from pyodide.code import run_js
from mkdocs_quantlab.engine.core.dispatch import call
given = bytes.fromhex({start.hex()!r})
as_javascript = run_js("bytes => new Uint8Array(bytes.toJs())")
files = [{{"name": "a model-Q4_K_M.gguf", "size": {path.stat().st_size}}}]
text, _ = call("read_headers", json.dumps({{"files": files}}))
while "reading" in (asked := json.loads(text)["answer"]):
    data = as_javascript(given[asked["start"]:asked["stop"]])
    text, _ = call("continue_reading", json.dumps({{"reading": asked["reading"]}}), data)
text
"""
    models = run(code, archives="user_files")["answer"]["models"]
    wanted = Model.of_files(
        "a-model-Q4_K_M", [(path.name, read_file(path, Wanted(digest=VOCABULARY)))]
    )
    assert models == [json.loads(json.dumps(wanted.to_json()))]


def test_a_file_is_quantized_in_the_page_as_on_the_command_line(run):
    """By the steps that the workers take, from bytes as JavaScript has them."""
    file = source(Case(layers=1))
    model = Model.of_files(
        "f16", [("some-F16.gguf", read_ranges(lambda a, b: file[a:b], len(file)))]
    )
    params = {
        "options": {"model": "f16", "recipe": "Q5_1", "attn_k": "Q3_K"},
        "resources": resources(model).to_json(),
    }
    code = f"""
import json
from base64 import b64decode
from pyodide.code import run_js
from mkdocs_quantlab.engine.core.dispatch import call
as_javascript = run_js("bytes => new Uint8Array(bytes.toJs())")
file = bytes.fromhex({file.hex()!r})
text, _ = call("plan_quantization", {json.dumps(params)!r}, as_javascript(file))
plan = json.loads(text)["answer"]
parts = [b64decode(plan["head"])]
for piece in plan["pieces"]:
    before = as_javascript(file[piece["start"]:piece["stop"]])
    _, data = call("encode_piece", json.dumps({{"piece": piece}}), before)
    parts += data, bytes(piece["padding"])
json.dumps([b"".join(parts).hex(), plan["name"], plan["note"], plan["size"]])
"""
    made, name, note, size = run(code, archives="quantize")
    assert bytes.fromhex(made) == quantized(file, "Q5_1", {"attn_k": "Q3_K"})
    assert name == "some-9.22-bits.gguf"
    assert note == f"quantized in this page: {size / 1000:.2f} kB, 9.22 bits per weight"


def outcome(text):
    from mkdocs_quantlab.engine.gguf.ranges import read_ranges

    file = bytes.fromhex(text)
    try:
        return repr(read_ranges(lambda start, stop: file[start:stop], len(file)))
    except ValueError as error:
        return str(error)


def test_the_page_reads_gguf_headers_as_the_build_does(run):
    """With the 32-bit sizes of its platform, broken files included."""
    writer = Writer()
    endless = writer.string("key") + b"".join(writer.number("I", n) for n in (9, 8))
    lengths = b"".join(writer.length(n) for n in (0, 2**31, 2**63, 2**64 - 1))
    files = [
        everything(),
        everything(1, big_endian=True),
        *(
            writer.file([endless + writer.length(4) + lengths[8 * n :] + bytes(600)])
            for n in range(4)
        ),
        writer.file([endless + writer.length(600) + bytes(4792) + writer.length(2**31) + b"x"]),
    ]
    texts = [file.hex() for file in files]
    code = f"import json\n{inspect.getsource(outcome)}\njson.dumps([outcome(t) for t in {texts!r}])"
    assert run(code) == [outcome(text) for text in texts]
    assert "ends within it" in outcome(texts[-1])


def test_drawings_are_marked_as_here(run):
    right = svg(draw(parse("Draw a pelican riding a bicycle.")))
    wrong = right.replace("<ellipse", "<circle", 1)[:-9]
    prompt = "Draw a pelican riding a bicycle."
    asked = [json.dumps({"prompt": prompt, "answer": text}) for text in (right, wrong)]
    code = f"""
import json
from mkdocs_quantlab.engine.core.dispatch import call
json.dumps([json.loads(call("mark_drawing", params)[0])["answer"] for params in {asked!r}])
"""
    found = run(code)
    assert found == [calls.answer("mark_drawing", json.loads(params)) for params in asked]
    assert [each["all"] for each in found] == [True, False]


def test_the_page_has_the_texts_that_python_reads(run):
    code = "import json; from mkdocs_quantlab.engine.core.texts import Words; json.dumps(Words('de')('form.reset'))"
    assert run(code) == "Zurücksetzen"
