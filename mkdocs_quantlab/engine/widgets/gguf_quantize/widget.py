"""A whole model quantized by the reader: a type for each group of tensors, what that weighs, and what it loses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    ModelNames,
    OptionError,
    count,
    decibel,
    join,
    note,
    result,
    row,
    significant,
    table,
    tag,
    volume,
)
from mkdocs_quantlab.api.gguf import FileOf, GgufError, named_model
from mkdocs_quantlab.api.quantize import (
    CHOICES,
    CUSTOM,
    GROUPS,
    SCHEME,
    LossesHere,
    assigned,
    group_of,
    made_here,
    seconds,
)
from mkdocs_quantlab.api.recipes import RECIPES, padded_size, reason_kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from mkdocs_quantlab.api.gguf import Model, Tensor
    from mkdocs_quantlab.api.quantize import Loss

    Losses: TypeAlias = dict[tuple[str, str], Loss]

TITLE = "Quantize a model"

DEFAULT = "drawing-uneven:F16"
"""The model where none is named: one that comes with the package."""

RECIPE = "recipe"
"""A group's choice to go by the recipe."""

YOURS = {CUSTOM: "your code", SCHEME: "the explorer's scheme"}
"""The choices that are of another widget on the page."""

LARGEST = 100_000_000
"""Bytes of a model's file at most: it is fetched whole, and GitHub takes no larger files."""


def _group(name: str, label: str) -> Choice[str]:
    return Choice(
        RECIPE,
        {RECIPE: "as the recipe", **{type_: type_ for type_ in CHOICES}, **YOURS},
        label=label,
        help=f"A type for all `{name}` matrices, in place of what the recipe gives them; `{CUSTOM}` for the format in a `data-quantization-challenge` on the same page, "
        f"`{SCHEME}` for what a `data-quantization-grid-explorer` there is set to, edited or not.",
        menu=True,
    )


class Options(api.Options):
    """Options of `data-gguf-quantize`."""

    primary = "recipe"

    recipe = Choice(
        "Q4_0",
        {name: name for name in RECIPES if made_here(name) and name != "F32"},
        label="Recipe",
        help="Recipe of llama.cpp to begin with: what `llama-quantize` calls a type.",
        menu=True,
    )
    token_embd = _group("token_embd", "Token embeddings")
    output = _group("output", "Output")
    attn_q = _group("attn_q", "Queries")
    attn_k = _group("attn_k", "Keys")
    attn_v = _group("attn_v", "Values")
    attn_output = _group("attn_output", "Attention output")
    ffn_gate = _group("ffn_gate", "Gate")
    ffn_up = _group("ffn_up", "Up")
    ffn_down = _group("ffn_down", "Down")
    model = ModelNames(
        "the name of a model: one in `mkdocs.yml`, the path of a file, or one that comes with the package",
        1,
        label="Model",
        help=f"Model in 16 or 32 bits, of one file of at most {volume(LARGEST)}; `{DEFAULT}` where none is given.",
        in_form=False,  # of all models only the author's is in the site
    )

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model[0] if self.model else DEFAULT

    @property
    def types(self) -> dict[str, str]:
        """The types that are not the recipe's, by group."""
        chosen: dict[str, str] = {name: self.values[name] for name in GROUPS}
        return {name: type_ for name, type_ in chosen.items() if type_ != RECIPE}

    def described(self) -> Model:
        """The model.

        Raises:
            OptionError: There is none of that name, or it cannot be quantized here.
        """
        try:
            model = named_model(self.resources, self.name)
        except LookupError as error:
            raise OptionError(f"`model`: {error.args[0]}", "model") from None
        stored = sorted(
            {t.type_name for t in model.tensors if group_of(t)} - {"F16", "BF16", "F32"}
        )
        if stored:
            raise OptionError(
                f"`model` takes a model in F16, BF16 or F32, as each quantization loses more; `{self.name}` has "
                f"{', '.join(stored)}",
                "model",
            )
        if model.parts > 1 or model.size > LARGEST:
            raise OptionError(
                f"`model` takes one file of at most {volume(LARGEST)}, which readers fetch whole; `{self.name}` has "
                f"{volume(model.size)} in {count(model.parts, 'file')}",
                "model",
            )
        return model


ALL = "All tensors"


class _Row(NamedTuple):
    """Tensors that are shown together."""

    label: str
    before: list[Tensor]
    after: list[Tensor]
    made_by: str = ""
    """One of `YOURS`, where that makes them."""


def render(given: Options) -> Html:
    """The figure: result, and groups with their sizes, and with what they lost where that is known."""
    model = given.described()
    try:
        after = assigned(model, given.recipe, given.types)
    except GgufError as error:
        raise OptionError(f"`model`: `{model.name}`: {error}", "model") from None
    losses: Losses = given.resources.get(LossesHere()) or {}
    rows = [*_rows(given, model, after), _Row(ALL, list(model.tensors), list(after))]
    heads = ["Tensors", "Weights", "Now", "Then", "Bits", "Type"]
    if losses:
        heads.append("SNR")
    return join(
        _sentence(given, model, after),
        table(
            f"{model.name} in groups of tensors: bytes, then bits per weight",
            heads,
            (
                row(*_cells(each), *([_snr(each, losses)] if losses else ()))
                for each in rows
            ),
        ),
        note(*_own_remark(rows, losses)) if not YOURS.keys().isdisjoint(given.types.values()) else None,
        note(_remark(rows)),
    )  # fmt: skip


def panel(given: Options) -> Html:
    """What quantizes the model in the page; hidden until the page's script takes it over.

    Raises:
        OptionError: The model's file cannot be in the site.
    """
    try:
        file = given.resources.find(FileOf(given.name))
    except LookupError as error:
        raise OptionError(f"`model`: {error.args[0]}", "model") from None
    return tag(
        "div",
        tag(
            "div",
            tag(
                "button",
                f"Fetch {volume(file['size'])} and quantize",
                type="button",
                data_role="start",
            ),
            tag("button", "Stop", type="button", hidden=True, data_role="stop"),
            tag(
                "progress",
                max="1",
                value="0",
                aria_label="Weights quantized",
                hidden=True,
                data_role="progress",
            ),
            class_="quantlab-actions",
        ),
        tag("p", role="status", data_role="status"),
        tag(
            "div",
            tag("a", "Save file", class_="quantlab-save", data_role="save"),
            tag("a", "Save Modelfile", class_="quantlab-save", data_role="modelfile"),
            tag("button", "Put it into the chat", type="button", data_role="to-chat"),
            class_="quantlab-actions",
            hidden=True,
            data_role="done",
        ),
        class_="quantlab-form quantlab-make",
        data_script="quantizer",
        data_file=file["address"],
        hidden=True,
    )


def _rows(given: Options, model: Model, after: Sequence[Tensor]) -> list[_Row]:
    """The groups that the model has, then what belongs to none."""
    labels = {field.name: field.label for field in Options.fields()}
    yours = {name: choice for name, choice in given.types.items() if choice in YOURS}
    rows = {
        labels[name]: _Row(labels[name], [], [], made_by=yours.get(name, "")) for name in GROUPS
    }
    for old, new in zip(model.tensors, after, strict=True):
        group = group_of(old)
        other = "Other matrices" if reason_kept(old) is None else "Norms, vectors"
        label = labels[group] if group else other
        found = rows.setdefault(label, _Row(label, [], []))
        found.before.append(old)
        found.after.append(new)
    return [found for found in rows.values() if found.before]


def _size(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.size or 0 for tensor in tensors)


def _weights(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.parameters for tensor in tensors)


def _bits(tensors: Sequence[Tensor]) -> float:
    """As llama.cpp prints it: bits of all tensors over their weights."""
    return 8 * _size(tensors) / max(1, _weights(tensors))


def _cells(each: _Row) -> tuple[str, ...]:
    types = [tensor.type_name for tensor in each.after]
    found = sorted(set(types), key=lambda name: (-types.count(name), name))
    named = [f"{types.count(name)} × {name}" if len(found) > 1 else name for name in found]
    return (
        each.label,
        f"{_weights(each.after):,}",
        volume(_size(each.before)),
        volume(_size(each.after)),
        f"{_bits(each.after):.2f}",
        "" if each.label == ALL else f"{', '.join(named)}, by {YOURS[each.made_by]}" if each.made_by else ", ".join(named),
    )  # fmt: skip


def _losses(each: _Row, losses: Losses) -> list[Loss | None]:
    """What is known of each tensor that is quantized."""
    if each.made_by:
        return [losses.get((tensor.name, each.made_by)) for tensor in each.after]
    pairs = zip(each.before, each.after, strict=True)
    return [losses.get((new.name, new.type_name)) for old, new in pairs if old.type != new.type]


def _snr(each: _Row, losses: Losses) -> str:
    """The signal-to-noise ratio of a group, where all of it was quantized to the types that are shown."""
    found = _losses(each, losses)
    # Of a group that is partly copied, only what is quantized was summed up.
    if None in found or 0 < len(found) < len(each.after):
        return "–"
    noise = math.fsum(loss.noise for loss in found if loss)
    power = math.fsum(loss.power for loss in found if loss)
    if not noise:
        return decibel(math.inf)
    return decibel(10 * math.log10(power / noise) if power else -math.inf)


def _sentence(given: Options, model: Model, after: Sequence[Tensor]) -> Html:
    header = model.size - padded_size(model.tensors)
    size = header + padded_size(after)
    ratio = model.size / size
    name = f"{given.recipe}, changed" if given.types else given.recipe
    return result(
        tag("strong", name), " stores ", tag("strong", model.name), " in ", tag("strong", volume(size)),
        f" instead of {volume(model.size)}, {_bits(after):.4f} bits per weight: ",
        f"{significant(ratio)} times smaller." if ratio >= 1.005 else "no smaller.",
    )  # fmt: skip


def _own_remark(rows: Sequence[_Row], losses: Losses) -> Iterable[str]:
    """What is to be said of the reader's own format."""
    yield (
        "llama.cpp does not know this format, so the values are stored as F16: the file has the format's rounding errors but not its smaller size."
    )
    groups = [each for each in rows if each.made_by]
    found = [loss for each in groups for loss in _losses(each, losses)]
    known = [loss for loss in found if loss]
    if found and len(known) == len(found):
        weights = sum(_weights(each.after) for each in groups)
        yield f" It takes {8 * math.fsum(loss.size or 0 for loss in known) / weights:.3f} bits per weight."


def _remark(rows: Sequence[_Row]) -> str:
    estimate = seconds(
        (each.made_by or new.type_name, new.parameters)
        for each in rows
        if each.label != ALL
        for old, new in zip(each.before, each.after, strict=True)
        if each.made_by or old.type != new.type
    )
    if estimate < 1.5:
        wait = "about 1 CPU second"
    elif estimate < 90:
        wait = f"about {estimate:.0f} CPU seconds"
    else:
        wait = f"about {estimate / 60:.0f} CPU minutes"
    return (
        f"In the page this takes {wait} on the benchmark machine, spread over the browser's cores. "
        "The file has the same bytes as llama-quantize writes without an importance matrix."
    )
