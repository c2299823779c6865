"""What a recipe of llama.cpp makes of a model: the type of each tensor, why, and the size that follows."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    ModelNames,
    OptionError,
    count,
    fact,
    facts,
    join,
    note,
    percent,
    plain,
    result,
    row,
    table,
    tag,
    volume,
)
from mkdocs_quantlab.api.gguf import GgufError, named_models, place, shares, type_bits
from mkdocs_quantlab.api.recipes import (
    FILE_TYPES,
    GUESSED,
    METADATA,
    RECIPES,
    SHAPES,
    differences,
    padded_size,
    plan,
    plans,
)
from mkdocs_quantlab.api.views import comparison
from mkdocs_quantlab.api.views.tensor_maps import Group, group_maps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mkdocs_quantlab.api import Child
    from mkdocs_quantlab.api.gguf import Model, Tensor
    from mkdocs_quantlab.api.recipes import Plan

TITLE = "Recipe explorer"

NUMBERS = (*METADATA, "vocabulary")

SHAPE_OPTIONS = ("shape", *NUMBERS, "tied")
"""Options that make a model without a file."""


def _number(default: int, low: int, high: int, label: str, help: str) -> Integer:
    return Integer(default, low, high, label=label, help=help, excludes=("model",))


_LLAMA = SHAPES["Llama-3.1-8B"]


class Options(api.Options):
    """Options of `data-gguf-recipe`."""

    primary = "recipe"

    recipe = Choice(
        "Q4_K_M",
        {name: name for name in RECIPES},
        label="Recipe",
        help="Recipe of llama.cpp: what `llama-quantize` calls a type.",
        menu=True,
    )
    compare = Choice(
        "none",
        {"none": "–", **{name: name for name in RECIPES}},
        label="Beside",
        help="A second recipe to show beside the first.",
        menu=True,
    )
    imatrix = Choice(
        "no",
        {"no": "No", "yes": "Yes"},
        label="Importance matrix",
        help="Whether llama.cpp is given an importance matrix.",
    )
    shape = Choice(
        "Llama-3.1-8B",
        {name: name for name in SHAPES},
        label="Model",
        help="A well-known model; numbers given besides replace its own.",
        excludes=("model",),
        menu=True,
        derived={"file": "That of the file"},
    )
    model = ModelNames(
        "the name of a model in `mkdocs.yml`",
        1,
        label="File",
        help="A model in place of a `shape`.",
        excludes=SHAPE_OPTIONS,
    )
    layers = _number(_LLAMA.layers, 1, 160, "Layers", "Number of layers.")
    embedding = _number(_LLAMA.embedding, 32, 65_536, "Embedding", "Length of a token's vector.")
    feed_forward = _number(
        _LLAMA.feed_forward, 32, 262_144, "Feed-forward", "Length of the vectors inside the MLP."
    )
    heads = _number(
        _LLAMA.heads, 1, 512, "Heads", "Query heads of a layer; they divide `embedding`."
    )
    kv_heads = _number(
        _LLAMA.kv_heads, 1, 512, "KV heads", "Key and value heads of a layer; they divide `heads`."
    )
    vocabulary = _number(_LLAMA.vocabulary, 32, 1_000_000, "Vocabulary", "Number of tokens.")
    tied = Choice(
        "no",
        {"no": "No", "yes": "Yes"},
        label="Tied",
        help="Whether token embeddings and output are one matrix.",
        excludes=("model",),
    )

    def check(self) -> None:
        """Numbers that are not given are those of the file or the shape."""
        if self.model:
            name = self.model[0]
            if name in SHAPES and name not in self.resources.names:
                raise OptionError(
                    f'`model` takes the name of a file; `{name}` is a shape: use `shape` (`data-shape="{name}"`)',
                    "model",
                )
            self._show_file()
            return
        shape = SHAPES[self.shape]
        for name in NUMBERS:
            if name not in self.given:
                self.values[name] = getattr(shape, name)
        if "tied" not in self.given:
            self.values["tied"] = "yes" if shape.tied else "no"
        for name, whole in (("heads", "embedding"), ("kv_heads", "heads")):
            divisor, number = self.values[name], self.values[whole]
            if number % divisor:
                best = min(
                    (n for n in range(1, number + 1) if number % n == 0),
                    key=lambda n: abs(n - divisor),
                )
                raise OptionError(
                    f"`{name}` takes a divisor of `{whole}`, {number}; found `{divisor}`; the nearest is `{best}`",
                    name,
                )

    def _show_file(self) -> None:
        """Gives the controls the file's numbers, as far as its metadata have them."""
        model = self.described()
        self.values["shape"] = "file"
        self.values["tied"] = (
            "no" if any(t.name == "output.weight" for t in model.tensors) else "yes"
        )
        for name, key in METADATA.items():
            value = model.metadata.get(f"{model.metadata.get('general.architecture')}.{key}")
            if isinstance(value, int):
                self.values[name] = value
        for tensor in model.tensors:
            if tensor.name == "token_embd.weight" and tensor.shape:
                self.values["vocabulary"] = tensor.shape[-1]

    def described(self) -> Model:
        """The model that is named, or that the numbers make."""
        if self.model:
            (model,) = named_models(self, "model")
            return model
        own = SHAPES[self.shape]
        shape = own._replace(
            **{name: self.values[name] for name in NUMBERS}, tied=self.tied == "yes"
        )
        changed = [
            f"{plain(getattr(shape, name))} {getattr(type(self), name).label.lower()}"
            for name in NUMBERS
            if getattr(shape, name) != getattr(own, name)
        ]
        if shape.tied != own.tied:
            changed.append("tied embeddings" if shape.tied else "embeddings not tied")
        return shape.model(f"{self.shape} with {', '.join(changed)}" if changed else self.shape)


def render(given: Options) -> Html:
    """The figure: result, maps with reasons, shares of the types, and all recipes."""
    model = given.described()
    imatrix = given.imatrix == "yes"
    names = [given.recipe, *([] if given.compare in ("none", given.recipe) else [given.compare])]
    try:
        chosen = [plan(model, name, imatrix=imatrix) for name in names]
        every = plans(model, imatrix=imatrix)
        against = _against_file(model, given.recipe) if given.model else None
    except GgufError as error:
        raise OptionError(f"`model`: `{model.name}`: {error}", "model") from None
    return join(
        _sentence(model, chosen),
        group_maps([(each.recipe, _groups(each)) for each in chosen], "Why each tensor has its type"),
        comparison.types([_stored(model, each) for each in chosen]),
        _facts(model, chosen[0]),
        against,
        _table(every, model, names),
        note(
            "Predicted by the rules of llama.cpp 0.5.0, without options that choose types by hand. Sizes are those of the "
            "tensors in the file; its header, mostly the vocabulary, comes on top."
        ),
    )  # fmt: skip


def _stored(model: Model, planned: Plan) -> Model:
    """The model as the recipe stores it."""
    return model._replace(name=planned.recipe, tensors=planned.tensors, size=planned.padded)


def _sentence(model: Model, chosen: Sequence[Plan]) -> Html:
    first = chosen[0]
    parts = [s for s in shares(first.tensors) if s.parameters >= first.parameters / 1000]
    parts.sort(key=lambda share: -share.parameters)
    said: list[Child] = [
        tag("strong", first.recipe), " stores ", tag("strong", model.name),
        f" in {volume(first.padded)}, {first.bits_per_weight:.4f} bits per weight: ",
        comparison.listed([f"{percent(s.parameters / first.parameters)} of the weights are {s.type}" if s is parts[0]
                      else f"{percent(s.parameters / first.parameters)} {s.type}" for s in parts]),
        ".",
    ]  # fmt: skip
    for other in chosen[1:]:
        ratio = other.padded / first.padded
        said += [
            " ", tag("strong", other.recipe),
            f" takes {volume(other.padded)}, {other.bits_per_weight:.4f} bits per weight: ",
            f"{percent(abs(1 - ratio))} {'less' if ratio < 1 else 'more'}." if ratio != 1 else "just as much.",
        ]  # fmt: skip
    refused = [each.recipe for each in chosen if each.is_refused]
    if refused:
        said += [
            " llama.cpp refuses to make ",
            comparison.listed(refused),
            " without an importance matrix.",
        ]
    return result(*said)


def _groups(planned: Plan) -> list[Group]:
    """Tensors of one kind, type and reason together."""
    found: dict[tuple[str, int, str], list[Tensor]] = {}
    for entry in planned.assigned:
        key = (place(entry.tensor.name).kind, entry.tensor.type, entry.why)
        found.setdefault(key, []).append(entry.tensor)
    return [Group(tensors, _text(kind, tensors, why)) for (kind, _, why), tensors in found.items()]


def _text(kind: str, tensors: Sequence[Tensor], why: str) -> str:
    layers = [place(tensor.name).layer for tensor in tensors]
    where = (
        ""
        if layers[0] < 0
        else f" of {'layer' if len(layers) == 1 else 'layers'} {_ranges(layers)}"
    )
    bits = type_bits(tensors[0].type)
    stored = tensors[0].type_name + (f", {plain(bits)} bits" if bits else "")
    return f"{kind}{where}: {stored}: {why}"


def _ranges(numbers: Iterable[int]) -> str:
    """`0-3, 6, 9`."""
    runs = []
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        runs.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return ", ".join(runs)


def _facts(model: Model, planned: Plan) -> Html:
    entries = [
        fact("Weights", f"{planned.parameters:,}"),
        fact("Bits per weight", f"{planned.bits_per_weight:.4f}"),
        fact("Bytes of the tensors", f"{planned.size:,}"),
        fact("With padding", f"{planned.padded:,}"),
    ]
    if model.file and model.parts == 1:
        header = model.size - padded_size(model.tensors)
        entries.append(fact("Header of this file", f"{header:,}"))
    return facts(*entries)


def _table(every: Sequence[Plan], model: Model, names: Sequence[str]) -> Html:
    whole = next(each for each in every if each.recipe == "F16")
    return tag(
        "details",
        tag("summary", f"All {len(every)} recipes for this model"),
        table(
            f"Recipes for {model.name}, the largest first",
            ("Recipe", "Bits per weight", "GB", "GiB", "Of F16", "Importance matrix"),
            (
                row(
                    each.recipe,
                    f"{each.bits_per_weight:.4f}",
                    f"{each.padded / 1e9:.3f}",
                    f"{each.padded / 2**30:.3f}",
                    percent(each.padded / whole.padded),
                    "needed" if each.is_refused else "",
                    current=each.recipe in names,
                )
                for each in every
            ),
        ),
    )


SHOWN = 12
"""Tensors that are named where a file differs from its recipe."""


def _against_file(model: Model, recipe: str) -> Html:
    """Where the file and the recipe that it says it is differ."""
    number = model.metadata.get("general.file_type")
    claimed = FILE_TYPES.get(number & ~GUESSED) if isinstance(number, int) else None
    asked = claimed if claimed in RECIPES else recipe
    found = min(
        (differences(plan(model, asked, imatrix=imatrix).tensors, model.tensors) for imatrix in (False, True)),
        key=len,
    )  # fmt: skip
    which = (
        f"{model.file} says that it is {asked}"
        if asked == claimed
        else f"Beside {asked}, {model.file}"
    )
    if not found:
        return note(
            f"{model.file}: each of its {count(len(model.tensors), 'tensor')} has the type that {asked} gives it."
        )
    named = "; ".join(
        f"{real.name} {real.type_name} for {planned.type_name}" for planned, real in found[:SHOWN]
    )
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return note(
        f"{which}; {len(found)} of its {count(len(model.tensors), 'tensor')} have another type than the recipe gives "
        f"them: {named}{more}."
    )
