"""What figures ask for when a site is built, out of the site's models; what they got is noted and travels with them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.resources import Sources
from mkdocs_quantlab.engine.gguf.blocks import find_tensor, parse_name, span
from mkdocs_quantlab.engine.views import ratios
from mkdocs_quantlab.site.models import losses
from mkdocs_quantlab.site.models.models import ModelError
from mkdocs_quantlab.site.models.page_models import of_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.site.models.models import Located, Models
    from mkdocs_quantlab.site.models.page_models import PageModel


class SiteSources(Sources):
    """The sources of one figure.

    Args:
        models: The site's models.
        warn: Told what an author should know.
    """

    def __init__(self, models: Models, warn: Callable[[str], None]) -> None:
        super().__init__(tuple(models.named))
        self.models = models
        self.warn = warn
        self.published: set[PageModel] = set()
        """Files of models that figures hand to readers."""

    def find(self, kind: str, key: str) -> Any:
        """What is known under a kind and a key.

        Raises:
            LookupError: There is no model of that name.
            ModelError: A model cannot be read.
            LockError: The lock file cannot be used.
        """
        question = f"{kind} {key}"
        if question not in self.found:
            self.found[question] = KINDS[kind](self, key)
        return self.found[question]


def _model(sources: SiteSources, key: str) -> Any:
    return sources.models.model(key, sources.warn).to_json()


def _file(sources: SiteSources, key: str) -> Any:
    try:
        path = sources.models.file(key)
    except LookupError as error:
        raise sources.unknown(key, error) from None
    model = of_file(path)
    sources.published.add(model)
    return {"address": model.file, "size": model.size}


def _block(sources: SiteSources, key: str) -> Any:
    name = parse_name(key)
    located = _tensors(sources, name.model)
    type_, start, stop = span(name, {each: found.tensor for each, found in located.items()})
    place = located[name.tensor]
    if place.big_endian:
        raise ModelError(f"`{name.model}`: blocks of big-endian files cannot be decoded here")
    with place.path.open("rb") as file:
        file.seek(place.start + start)
        data = file.read(stop - start)
    return {"type": type_, "data": base64.b64encode(data).decode()}


def _snr(sources: SiteSources, key: str) -> Any:
    model, tensor = ratios.parse_name(key)
    return losses.snr(find_tensor(model, tensor, _tensors(sources, model)))


def _tensors(sources: SiteSources, model: str) -> dict[str, Located]:
    try:
        return sources.models.tensors(model)
    except LookupError as error:
        raise sources.unknown(model, error) from None


KINDS: dict[str, Callable[[SiteSources, str], Any]] = {
    "model": _model,
    "file": _file,
    "block": _block,
    "snr": _snr,
    "accuracy": lambda sources, key: losses.accuracy(sources.models, key),
    "histogram": lambda sources, key: losses.histogram(sources.models, key),
}
"""What can be asked for, by kind."""
