"""The command `quantlab gguf recipe`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from tests.fast.gguf.test_gguf_recipes import PUBLISHED
from tests.gguf_files import write_gguf


def run(*arguments):
    return CliRunner().invoke(main, ["gguf", "recipe", *map(str, arguments)])


def test_all_recipes_of_a_shape():
    done = run("--shape", "Llama-3.1-8B", "--imatrix", "--json")
    assert done.exit_code == 0, done.output
    found = {entry["recipe"]: entry for entry in json.loads(done.output)}
    assert set(found) == set(RECIPES)
    assert round(found["IQ1_S"]["bits_per_weight"], 4) == PUBLISHED["IQ1_S"]
    assert not any(entry["imatrix_needed"] for entry in found.values())


def test_the_table_says_what_needs_an_importance_matrix():
    done = run()
    assert done.exit_code == 0, done.output
    lines = {line.split()[0]: line for line in done.output.splitlines() if line}
    assert lines["Q4_K_M"].split()[1] == "4.8944"
    assert lines["IQ1_S"].endswith("needed")
    assert not lines["Q4_K_M"].endswith("needed")


def test_the_tensors_of_one_recipe():
    done = run("--shape", "Llama-3.2-1B", "--layers", 8, "--recipe", "q4_k_m")
    assert done.exit_code == 0, done.output
    assert "Llama-3.2-1B with 8 layers" in done.output
    line = next(each for each in done.output.splitlines() if each.startswith("blk.0.ffn_down"))
    assert "Q6_K" in line
    assert "first and last eighth" in line


def test_a_file(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", "F32")
    done = run(path)
    # The file that tests write has no heads.
    assert done.exit_code == 2
    assert "a recipe needs a whole number as `llama.attention.head_count`" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.gguf", "--layers", "3"], "give a MODEL or a shape, not both"),
        (["--heads", "33"], "`heads` takes a divisor of `embedding`"),
        (["--shape", "Llama"], "did you mean"),
        (["--recipe", "Q4_K_XL"], "'Q4_K_XL' is not one of"),
        (["nothing.gguf"], "nothing.gguf"),
    ],
)
def test_wrong_usage_is_one_clear_error(arguments, said):
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
