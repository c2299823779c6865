"""The evaluation of the built-in models: the arithmetic, that data and files belong together, and a part of it done again."""

from __future__ import annotations

import hashlib
import random

import pytest

from mkdocs_quantlab import builtin_models
from mkdocs_quantlab.builtin_models.files import F16, SIGMA
from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.drawing import evaluated
from mkdocs_quantlab.engine.drawing.evaluation import LABELS, Share, files
from mkdocs_quantlab.engine.drawing.phrases import TRAINING, UNSEEN
from mkdocs_quantlab.engine.drawing.scene import APOLOGY
from mkdocs_quantlab.engine.drawing.score import LABELS as MARKS
from mkdocs_quantlab.engine.drawing.svg import svg
from models.drawing import evaluate
from models.drawing.phrases import UNKNOWN_UNSEEN
from models.drawing.wording import unknown_wording
from tests.servers.llama_server import LlamaServer

AGAIN = ("drawing:Q4_K_M", "drawing-uneven:Q8_0", "drawing-uneven:Q3_K_S", "drawing-uneven:Q2_K")
SCENES = 25
# Another processor rounds otherwise, and at few bits a drawing can hang on that: other shares, within their intervals.


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(right, of, low, high):
    assert Share(right, of).interval == pytest.approx((100 * low, 100 * high), abs=0.006)


def test_the_data_are_of_the_files():
    found = [file for model in LABELS for file in files(model)]
    assert {file.name: file.sha256 for file in found} == builtin_models.sums()
    assert evaluated.EVALUATION["texts"]["reference"] == builtin_models.sums()["drawing:F16"]
    for file in found:
        assert file.size == len(builtin_models.data(file.name))
        assert file.bits_per_weight == pytest.approx(
            evaluate.bits_per_weight(builtin_models.data(file.name)), abs=1e-4
        )
        assert set(file.marks) == set(MARKS)
        assert file.greedy.right <= min(file.marks.values())


def test_the_dial_is_of_the_file():
    dial = evaluated.EVALUATION["dial"]
    assert dial["source"] == hashlib.sha256(F16.read_bytes()).hexdigest()
    assert f"{SIGMA:g}" in dial["right"]


def test_the_ladder_of_the_twin():
    """What the labs say of it: nothing lost at 6 bits and more, much at 3, an importance matrix helps."""
    plain = {file.recipe: file for file in files("drawing-uneven") if not file.has_imatrix}
    weighted = {file.recipe: file for file in files("drawing-uneven") if file.has_imatrix}
    right = {recipe: file.greedy.percent for recipe, file in plain.items()}
    low, _ = plain["F16"].greedy.interval
    assert min(right["Q8_0"], right["Q6_K"]) >= low
    assert right["Q4_K_M"] > right["Q3_K_M"] > right["Q3_K_S"] > right["Q2_K"]
    divergence = [file.kl for file in plain.values() if file.recipe != "Q4_0"]
    assert divergence == sorted(divergence)
    assert all(weighted[recipe].kl < plain[recipe].kl for recipe in weighted)
    original = {file.name.partition(":")[2]: file.kl for file in files("drawing")}
    for file in (*plain.values(), *weighted.values()):
        if file.recipe != "F16":
            assert file.kl > original[file.name.partition(":")[2]]
    # The same function.
    assert plain["F16"].kl < 1e-5


def test_scenes_are_the_same_each_time():
    assert evaluate.scenes(5, TRAINING) == evaluate.scenes(8, TRAINING)[:5]
    assert evaluate.scenes(5, TRAINING) != evaluate.scenes(5, UNSEEN)


@pytest.mark.parametrize("name", AGAIN)
def test_the_shipped_files_draw_as_evaluated(name):
    pytest.importorskip("xllamacpp", reason="carries llama.cpp's server")
    (file,) = (file for model in LABELS for file in files(model) if file.name == name)
    found = evaluate.evaluate(builtin_models.path(name), ["greedy"], SCENES)["greedy"]
    low, high = Share(found["right"], found["of"]).interval
    known_low, known_high = file.greedy.interval
    assert low <= known_high
    assert known_low <= high


def test_it_is_sorry_for_what_it_does_not_know():
    """In words that training never had: the things, and half of the time all around them."""
    pytest.importorskip("xllamacpp", reason="carries llama.cpp's server")
    rng = random.Random(5)
    with LlamaServer(builtin_models.path("drawing:Q8_0"), context=evaluate.CONTEXT) as server:
        said = [
            evaluate.answer(
                server,
                unknown_wording(rng, rng.choice(UNKNOWN_UNSEEN), rng.choice((TRAINING, UNSEEN))),
                evaluate.GREEDY,
                seed,
            )
            for seed in range(20)
        ]
    assert said.count(svg(APOLOGY)) >= 17


def test_new_words_are_no_new_things():
    for model in LABELS:
        known, new = files(model)[0].greedy, files(model)[0].wordings
        assert known.interval[0] <= new.percent


def test_the_widget_shows_the_data():
    html = answer("quantization-quality", {"model": "drawing-uneven", "measure": "right"})["html"]
    found = files("drawing-uneven")
    for file in found:
        assert f"<td>{file.greedy}</td><td>{file.warm}</td><td>{file.wordings}</td>" in html
        assert f"<td>{file.size / 1e6:.2f}</td>" in html
    shown = [file for file in found if file.bits_per_weight < 9]
    assert html.count("quantlab-interval") == len(shown)
    first, last = found[0], [file for file in found if not file.has_imatrix][-1]
    assert f"F16 draws <strong>{first.greedy.right}</strong> right" in html
    assert f"{last.recipe} <strong>{last.greedy.right}</strong>" in html


@pytest.mark.parametrize("model", LABELS)
@pytest.mark.parametrize("measure", ["divergence", "increase", "change", "right"])
def test_every_measure_of_every_model(model, measure):
    html = answer("quantization-quality", {"model": model, "measure": measure})["html"]
    assert "Source: " not in html
    assert "measured" in html


def test_results_are_written_as_they_are_read(tmp_path):
    out = tmp_path / "evaluated.py"
    evaluate.save(evaluated.EVALUATION, out)
    assert out.read_text(encoding="utf-8") == evaluate.OUT.read_text(encoding="utf-8")
