"""What `mkdocs_quantlab.api` promises: each public name, with a docstring and annotations.

A name is added or taken away here on purpose, with a line in the changelog.
"""

from __future__ import annotations

import ast
import builtins
import collections.abc
import inspect
import re
import typing
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import griffe
import pytest

import mkdocs_quantlab
from mkdocs_quantlab import api

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = {
    "api": """
        Attribute Child Choice Field FloatList Html Integer LiveCode ModelNames MultiChoice
        Number OptionError Options Real Resource Resources Scale Text TextList cells click
        count decibel did_you_mean drag fact facts gibibytes in_place_of join nearest
        nearest_number note number paint percent plain play precise result row scrub series
        shade short significant table tag text tight view volume yours
    """,
    "api.comparing": """
        Answer Card ComparisonOf Difference Figure Interval MEASURES Measure RIGHT Record
        Result Swaps Test Verdict chance result
    """,
    "api.drawing": """
        Drawn Element Group Jitter Mark Marks Read Scene Thing draw find marks read score svg
    """,
    "api.ggml": """
        BY_GGML BitRun Bits DISTRIBUTIONS FAMILIES Field GgmlError GgmlType
        MissingPartError NotFiniteError ROLES SNR TYPES Term Trial UnknownTypeError
        WrongLengthError arithmetic bits_of_block bits_of_weight decode encode ggml_type
        ggml_type_of_id scale_search terms_of_weight
    """,
    "api.gguf": """
        Array FileOf GgufError Model Place Share Stored Tensor Value find_blocks named_model
        named_models place shares type_bits
    """,
    "api.live": """
        EditError fields items matrix number numbers refused string whole
    """,
    "api.memory": """
        ACTIVATIONS BATCH Buffers CACHE_TYPES Cache CacheError FULL INDEXER Layers Memory Need
        Part STATE Setting WINDOWED need_of
    """,
    "api.methods": """
        DECIBEL_PER_BIT Matrix TOY difference gaussian gaussian_limit laplace outlier
        product relative rmse rmse_and_snr snr
    """,
    "api.methods.challenge": """
        BLOCK BLOCKS Blocks Score Weights decode_all draw encode_all judge read_run score
    """,
    "api.methods.codebook": """
        k_means nearest nf4 small_float
    """,
    "api.methods.layer": """
        Sample Scaled Step awq gptq output_error round_to_nearest sample weight_error
    """,
    "api.methods.palette": """
        Reduced dither k_means reduce uniform
    """,
    "api.methods.schemes": """
        ANY CLASSES Fit SCHEMES Scheme SideInformation Stored bits_of fit_blocks
        quantize_dequantize
    """,
    "api.methods.stored": """
        REACH StoredLayer StoredWeight neighbours place read_layer read_weight
        stored_layer stored_weight
    """,
    "api.methods.training": """
        HIDDEN Network Point Rounding Trained extreme moons symmetric train
    """,
    "api.pictures": """
        Bitmap Colour UserPicture landscape png png_of_colours
    """,
    "api.plots": """
        BOTTOM HEIGHT LEFT Point RIGHT TOP Trial axis interval line listing plot rules scatter
        trials
    """,
    "api.quantize": """
        CHOICES CUSTOM GROUPS Loss LossesHere SCHEME assigned group_of made_here seconds
    """,
    "api.recipes": """
        Assigned FILE_TYPES GUESSED METADATA MIXTURES MODEL Mixture Plan RECIPES SHAPES
        Shape differences mixture padded_size plan plans reason_kept
    """,
    "api.views": """

    """,
    "api.views.comparison": """
        PARTS comparison listed types
    """,
    "api.views.drawing_quality": """
        families notes sentence tables
    """,
    "api.views.losses": """
        Levels by_kind histogram levels
    """,
    "api.views.published": """
        ADDRESS FAMILIES Family GENERATIONS LLAMA_3_8B Published SOURCE TEXT
        published_table
    """,
    "api.views.ratios": """
        DISTRIBUTION_LABELS NAMED Ratios of_distribution of_tensor
    """,
    "api.views.tensor_maps": """
        Group group_maps maps
    """,
    "api.views.weight_fields": """
        DRAWN LABELS preset scheme seed weights
    """,
}
"""The public names of each module, sorted."""


@pytest.fixture(scope="module")
def package():
    """The package as griffe reads it, which the reference is made by."""
    loader = griffe.GriffeLoader(search_paths=[Path(mkdocs_quantlab.__file__).parents[1]])
    package = loader.load("mkdocs_quantlab")
    loader.resolve_aliases()
    return package


def test_every_module_is_listed():
    found = [module.name for module in walk_packages(api.__path__, f"{api.__name__}.")]
    assert sorted(NAMES) == sorted(
        name.removeprefix("mkdocs_quantlab.") for name in (api.__name__, *found)
    )


@pytest.mark.parametrize("module", NAMES)
def test_the_public_names(module):
    there = sorted(getattr(import_module(f"mkdocs_quantlab.{module}"), "__all__", []))
    assert there == NAMES[module].split(), "\n" + "\n".join(wrap(" ".join(there), 90))


@pytest.mark.parametrize("module", NAMES)
def test_every_public_name_is_documented_and_typed(package, module):
    for name in NAMES[module].split():
        member = package[module][name]
        found = member.final_target if member.is_alias else member
        assert found.has_docstring, name
        if found.is_function:
            assert found.returns is not None, name
            missing = [each.name for each in found.parameters if each.annotation is None]
            assert missing == [], name
        elif found.is_class:
            functions = [each for each in found.members.values() if each.is_function]
            for each in functions:
                if not each.name.startswith("_"):
                    assert each.returns is not None, f"{name}.{each.name}"


# Constructors that no widget calls: fields take keywords that are documented there, and types are registered.
INTERNAL = {
    "Attributes",
    "Decoder",
    "Encoder",
    "FieldArguments",
    "Grid",
    "Layout",
    "Search",
    "Words",
}
# What travels between a page and its worker, and the results of an evaluation as a file has them.
JSON = {"File", "Header", "ModelHeader", "PackedComparison", "TensorLoss", "protocol"}
STANDARD = {*dir(builtins), *typing.__all__, *collections.abc.__all__, "Random", "random"}


def annotations(found: Any) -> Iterator[str]:
    """The annotations of a function's parameters and answer, or of all that a class has in public."""
    if isinstance(found, type):
        for base in found.__mro__:
            if not base.__module__.startswith("mkdocs_quantlab."):
                continue
            public = {name: value for name, value in vars(base).items() if name[0] != "_"}
            there = inspect.get_annotations(base)
            yield from (annotation for name, annotation in there.items() if name[0] != "_")
            for value in (*public.values(), vars(base).get("__init__")):
                yield from annotations(getattr(value, "fget", getattr(value, "__func__", value)))
    elif inspect.isfunction(found) and found.__module__.startswith("mkdocs_quantlab."):
        yield from found.__annotations__.values()


@pytest.mark.parametrize("module", NAMES)
def test_types_in_signatures_are_public(module):
    """An author can name each type that a public function takes or returns."""
    public = {name for names in NAMES.values() for name in names.split()}
    for name in NAMES[module].split():
        for annotation in annotations(getattr(import_module(f"mkdocs_quantlab.{module}"), name)):
            text = getattr(annotation, "__forward_arg__", annotation)
            for node in ast.walk(ast.parse(text if isinstance(text, str) else "None")):
                if isinstance(node, ast.Name) and len(node.id) > 1:
                    known = public | INTERNAL | JSON | STANDARD
                    assert node.id in known, f"{name}: `{node.id}` in `{text}`"


def test_the_example_of_the_reference():
    page = Path(mkdocs_quantlab.__file__).parents[1] / "docs" / "reference" / "api.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    widget: dict[str, Any] = {"__name__": "temperature"}
    exec(compile(code, "temperature.py", "exec"), widget)
    made = widget["render"](widget["Options"]({"temperature": "0.5"}))
    assert "Logits are divided by 0.5." in made
    assert 'data-drag-x="temperature"' in made
