"""GGUF files side by side: what they weigh, what their labels say, and which tensor has which type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, ModelNames, OptionError, did_you_mean
from mkdocs_quantlab.api.gguf import named_models
from mkdocs_quantlab.api.views import comparison, losses

if TYPE_CHECKING:
    from mkdocs_quantlab.api import Html

TITLE = "Comparison of GGUF files"


class Options(api.Options):
    """Options of `data-gguf-compare`."""

    primary = ""

    show = Choice(
        "all",
        comparison.PARTS,
        label="Show",
        help="Part of the comparison to show.",
        in_page=True,
    )
    models = ModelNames(
        "names of models in `mkdocs.yml`",
        8,
        label="Models",
        help="The models to compare; all that `mkdocs.yml` names where left out.",
    )

    reference = ModelNames(
        "the name of a model whose files are at hand when the site is built",
        1,
        label="Reference",
        help="The model that the others' weights are compared with, mostly one of 16 bits; none where left out.",
    )
    tensor = ModelNames(
        "the name of a tensor, as in the files",
        1,
        label="Tensor",
        help="A tensor whose values are shown before and after quantization, with a `reference`.",
    )

    def check(self) -> None:
        """A tensor is shown against a reference."""
        if self.tensor and not self.reference:
            raise OptionError("`tensor` needs a `reference`", "tensor")


def render(given: Options) -> Html:
    """The figure: result, sizes, types, labels, map, errors and metadata of the models."""
    models = named_models(given, "models")
    if not given.reference:
        return comparison.comparison(Options.show, models)
    (reference,) = named_models(given, "reference")
    others = [model for model in models if model.name != reference.name]
    try:
        found = [losses.levels(given.resources, model.name, reference.name) for model in others]
    except LookupError as error:
        raise OptionError(f"`reference`: {error.args[0]}", "reference") from None
    lost = [losses.by_kind(others, found, reference.name)]
    for tensor in given.tensor:
        for model, levels in zip(others, found, strict=True):
            if tensor not in levels:
                known = did_you_mean(tensor, levels)
                raise OptionError(
                    f"`tensor`: `{model.name}` and `{reference.name}` have no `{tensor}` in one shape{known}",
                    "tensor",
                )
            try:
                lost.append(losses.histogram(given.resources, model.name, reference.name, tensor))
            except LookupError as error:
                raise OptionError(f"`tensor`: {error.args[0]}", "tensor") from None
    by_model = {model.name: levels for model, levels in zip(others, found, strict=True)}
    return comparison.comparison(Options.show, models, by_model, lost)
