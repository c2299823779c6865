"""The reader's own GGUF files, read in the page: the same views as a comparison of the author's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, ModelNames, join, note, result, tag
from mkdocs_quantlab.api.gguf import named_model, named_models
from mkdocs_quantlab.api.views import comparison

if TYPE_CHECKING:
    from mkdocs_quantlab.api import Html

TITLE = "Inspector of GGUF files"


class Options(api.Options):
    """Options of `data-gguf-inspect`."""

    primary = ""
    takes_files = "models"

    show = Choice(
        "all",
        comparison.PARTS,
        label="Show",
        help="Part of the figure to show.",
        in_page=True,
    )
    models = ModelNames(
        "names of models in `mkdocs.yml`",
        8,
        label="Beside",
        help="Models to show beside the reader's files; none where left out.",
    )


def render(given: Options) -> Html:
    """The figure: what is to be seen of the reader's files, beside the author's; at first what this is for."""
    models = named_models(given, "models") if given.models else []
    models += [named_model(given.resources, name) for name in given.resources.files]
    if not models:
        return join(
            result(
                "Give one GGUF file or several, and see what they are made of: sizes, types, labels, metadata and a "
                "map of all tensors."
            ),
            PRIVACY,
        )
    return join(comparison.comparison(Options.show, models), PRIVACY)


PRIVACY = note(
    "Files are read in the browser, and of each only its header, however large it is: nothing of it is sent anywhere. Parts of "
    "a split model are put together when they are given at once. ",
    tag("code", "quantlab gguf compare"),
    " does the same on the command line.",
)
