"""How models are shown side by side: the pieces that the widgets which compare files share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.figures import note, result, row, table, view
from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.numbers import count, percent, volume
from mkdocs_quantlab.engine.gguf.comparison import (
    CHAT_TEMPLATE,
    bits_per_weight,
    kinship,
    metadata,
    shares,
)
from mkdocs_quantlab.engine.gguf.label import check
from mkdocs_quantlab.engine.views.tensor_maps import bits_class, maps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mkdocs_quantlab.engine.core.fields import Choice
    from mkdocs_quantlab.engine.core.html import Child
    from mkdocs_quantlab.engine.gguf.comparison import Difference, Share
    from mkdocs_quantlab.engine.gguf.label import Check
    from mkdocs_quantlab.engine.gguf.model import Model

PARTS = {
    "all": "All",
    "sizes": "Sizes",
    "types": "Types",
    "labels": "Labels",
    "map": "Map",
    "metadata": "Metadata",
}
"""Parts of the figure, as an option that chooses among them names them."""


def comparison(
    show: Choice[str],
    models: Sequence[Model],
    levels: Mapping[str, Mapping[str, float]] | None = None,
    lost: Child = None,
) -> Html:
    """All parts of the figure, after the sentence with the result.

    Args:
        show: The in-page option, with the values of `PARTS`.
        models: The models, at least one.
        levels: Signal-to-noise ratios by model and tensor, where they are known.
        lost: What else is known of errors; it stands with the map.
    """
    checks = [check(model) for model in models]
    found = metadata(models)
    return join(
        sentence(models, checks, found),
        view(show, "sizes", sizes(models, checks)),
        view(show, "types", types(models)),
        view(show, "labels", labels(models, checks)),
        view(show, "map", part("map", maps(models, levels), lost)),
        view(show, "metadata", metadata_part(found, models)),
    )


def part(name: str, *content: Child) -> Html:
    """A part of the figure."""
    return tag("div", content, class_="quantlab-part", data_part=name)


def listed(names: Sequence[Child]) -> Child:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return list(names)
    commas = [part for name in names[:-2] for part in (name, ", ")]
    return [*commas, names[-2], " and ", names[-1]]


def strong(model: Model) -> Html:
    """A model's name in a sentence."""
    return tag("strong", model.name)


def _bits(bits: float | None) -> str:
    return "unknown" if bits is None else f"{bits:.2f}"


def sentence(models: Sequence[Model], checks: Sequence[Check], found: Sequence[Difference]) -> Html:
    """What the comparison comes to."""
    wrong = [m for m, c in zip(models, checks, strict=True) if not c.agrees]
    if len(models) == 1:
        model = models[0]
        return result(
            strong(model),
            f" stores {count(model.parameters, 'weight')} in {volume(model.size)}: "
            f"{_bits(bits_per_weight(model))} bits per weight. ",
            checks[0].verdict,
        )
    ranked = sorted(models, key=lambda m: m.size)
    small, large = ranked[0], ranked[-1]
    if small.size == large.size:
        sizes: list[Child] = ["All files have the same size. "]
    else:
        sizes = [
            strong(small), f" ({volume(small.size)}, {_bits(bits_per_weight(small))} bits per weight) is ",
            f"{large.size / small.size:.2f} times smaller than ", strong(large),
            f" ({volume(large.size)}, {_bits(bits_per_weight(large))} bits per weight). ",
        ]  # fmt: skip
    labels: list[Child] = ["The label of each file matches its tensors."]
    if wrong:
        labels = [
            "The label of ",
            listed([strong(m) for m in wrong]),
            " does not match the tensors: see the labels.",
        ]
    return result(sizes, " ".join(kinship(models, found).sentences()), " ", labels)


def sizes(models: Sequence[Model], checks: Sequence[Check]) -> Html:
    """The table of the files."""
    smallest = min(model.size for model in models)
    return part(
        "sizes",
        table(
            "Files; bits per weight are those of the tensors' data, without metadata",
            (
                "Model",
                "File",
                "Size",
                "Times the smallest",
                "Weights",
                "Bits per weight",
                "Tensors",
                "Layers mostly",
            ),
            (
                row(
                    model.name,
                    model.file + (f" and {model.parts - 1} more" if model.parts > 1 else ""),
                    volume(model.size),
                    f"{model.size / smallest:.2f}",
                    f"{model.parameters:,}",
                    _bits(bits_per_weight(model)),
                    f"{len(model.tensors):,}",
                    f"{found.main.type} ({percent(found.share)})" if found.main else "–",
                )
                for model, found in zip(models, checks, strict=True)
            ),
        ),
    )


BAR = 22
"""Height of a bar, in pixels."""
ROOM = 0.11
"""A segment of at least this share has room for its type's name on a page with sidebars."""
NARROW, CHARACTER = 240.0, 8.0
"""Widths in pixels of a bar on a phone, and of a letter with the space around it."""


def types(models: Sequence[Model]) -> Html:
    """What each type takes of the weights and of the bytes: a pair of bars for each model, and the figures."""
    parts = [shares(model.tensors) for model in models]
    seen = {share.type: share.bits for each in parts for share in each}
    order = sorted(seen, key=lambda name: (-(seen[name] or -1), name))
    by_type = [{share.type: share for share in each} for each in parts]
    return part(
        "types",
        (_bars(model, each) for model, each in zip(models, parts, strict=True)),
        table(
            "Share of each type by weights and by bytes",
            ("Type", "Bits per weight", *(model.name for model in models)),
            (
                row(
                    name,
                    _bits(seen[name]),
                    *(
                        _share(each.get(name), model)
                        for each, model in zip(by_type, models, strict=True)
                    ),
                )
                for name in order
            ),
        ),
    )


def _size(parts: Iterable[Share]) -> int:
    return sum(share.size or 0 for share in parts)


def _share(share: Share | None, model: Model) -> str:
    if share is None:
        return "–"
    size = sum(tensor.size or 0 for tensor in model.tensors)
    if share.size is None or not size or not model.parameters:
        return f"{count(share.tensors, 'tensor')}"
    return f"{percent(share.parameters / model.parameters)}, {percent(share.size / size)}"


def _bars(model: Model, parts: Sequence[Share]) -> Html:
    size = _size(parts)
    rows = (
        ("weights", [share.parameters / (model.parameters or 1) for share in parts]),
        ("bytes", [(share.size or 0) / (size or 1) for share in parts]),
    )
    return tag(
        "div",
        tag("p", strong(model), f": {volume(size)} of tensors"),
        (
            tag("div", tag("span", what), _bar(model, what, values, parts), class_="quantlab-share")
            for what, values in rows
        ),
    )


def _bar(model: Model, what: str, values: Sequence[float], parts: Sequence[Share]) -> Html:
    drawn = [(share, value) for share, value in zip(parts, values, strict=True) if value]
    start = 0.0
    segments = []
    for share, value in drawn:
        x, width = 100 * start, 100 * value
        name = tag(
            "text",
            share.type,
            x=f"{x + width / 2:.3f}%",
            y=BAR - 7,
            text_anchor="middle",
            class_="is-roomy" if value * NARROW < CHARACTER * len(share.type) else None,
        )
        segments.append(
            tag(
                "g",
                tag("rect", x=f"{x:.3f}%", width=f"{width:.3f}%", height=BAR),
                name if value >= ROOM else None,
                class_=bits_class(share.bits),
            )
        )
        start += value
    described = ", ".join(f"{share.type} {percent(value)}" for share, value in drawn)
    return tag(
        "svg",
        segments,
        width="100%",
        height=BAR,
        role="img",
        aria_label=f"{model.name}, share of the {what}: {described}",
    )


def _texts(found: Check) -> tuple[str, str, str]:
    label = found.label.text if found.label else "nothing"
    tensors = f"{found.main.type}, {percent(found.share)}" if found.main else "–"
    return label, found.file_type or "nothing", tensors


def labels(models: Sequence[Model], checks: Sequence[Check]) -> Html:
    """File name, `general.file_type` and tensors side by side, with a plain sentence for each file."""
    return part(
        "labels",
        table(
            "What the file name says, what general.file_type says, and what most weights of the layers are",
            ("Model", "File name", "general.file_type", "Tensors", ""),
            (
                row(
                    model.name,
                    *_texts(found),
                    "agree" if found.agrees else tag("strong", "disagree"),
                )
                for model, found in zip(models, checks, strict=True)
            ),
        ),
        tag(
            "ul",
            (
                tag(
                    "li",
                    strong(model),
                    ": ",
                    found.verdict,
                    [f" {trace}" for trace in found.traces],
                )
                for model, found in zip(models, checks, strict=True)
            ),
            class_="quantlab-verdicts",
        ),
    )


def metadata_part(found: Sequence[Difference], models: Sequence[Model]) -> Html:
    """What differs in the metadata, and, folded away, what does not."""
    names = [model.name for model in models]
    if len(models) == 1:
        return part("metadata", _folded(f"Metadata: {count(len(found), 'key')}", found, names))
    differ = [d for d in found if d.same is False]
    unread = [d for d in found if d.same is None]
    same = [d for d in found if d.same]
    return part(
        "metadata",
        _entries("Metadata that differs", differ, names)
        if differ
        else note("All metadata that was read is the same."),
        (note(tag("code", d.key), f": {d.where}.") for d in differ if d.where),
        _template(models, found),
        _folded(
            f"Not compared, because arrays were not read: {count(len(unread), 'key')}",
            unread,
            names,
        )
        if unread
        else None,
        _folded(f"The same in all: {count(len(same), 'key')}", same, names[:1]) if same else None,
    )


def _template(models: Sequence[Model], found: Sequence[Difference]) -> Html:
    entry = next((d for d in found if d.key == CHAT_TEMPLATE), None)
    says = "none has one" if entry is None else "the same" if entry.same else "they differ"
    return note(f"{kinship(models, found).about_tokenizer()} Chat template: {says}.")


def _folded(summary: str, found: Sequence[Difference], names: Sequence[str]) -> Html:
    return tag("details", tag("summary", summary), _entries("Metadata", found, names))


def _entries(caption: str, found: Sequence[Difference], names: Sequence[str]) -> Html:
    return table(
        caption,
        ("Key", *names),
        (row(tag("code", d.key), *d.texts[: len(names)]) for d in found),
    )
