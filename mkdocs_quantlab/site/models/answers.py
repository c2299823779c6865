"""The answers to what figures ask of the site's models, by kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.comparing.record import MAX_BYTES, read
from mkdocs_quantlab.engine.comparing.resource import ComparisonOf
from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.gguf.blocks import BlocksOf, Stored, find_tensor, parse_name, span
from mkdocs_quantlab.engine.gguf.named import FileOf, ModelOf
from mkdocs_quantlab.engine.views import ratios
from mkdocs_quantlab.engine.views.losses import HistogramOf, LevelsOf
from mkdocs_quantlab.engine.views.ratios import RatiosOf
from mkdocs_quantlab.site.models import losses
from mkdocs_quantlab.site.models.page_models import of_file
from mkdocs_quantlab.site.models.places import ModelError, is_remote, refuse_pipe
from mkdocs_quantlab.site.secrets import hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.comparing.record import Record
    from mkdocs_quantlab.engine.core.protocol import MeasuredRatios, ServedFile
    from mkdocs_quantlab.engine.core.resources import Resource
    from mkdocs_quantlab.engine.gguf.model import Model
    from mkdocs_quantlab.site.models.models import Located
    from mkdocs_quantlab.site.models.resources import SiteResources


def _model(resources: SiteResources, name: str) -> Model:
    if hidden(name):
        # The page carries its own options.
        raise ModelError(
            f"`{name}` holds a password, a key or a signature, which readers would see: name it under `models` in "
            "mkdocs.yml, where `!ENV` reads it from the environment"
        )
    return resources.models.model(name, resources.warn)


def _file(resources: SiteResources, name: str) -> ServedFile:
    try:
        path = resources.models.file(name)
    except LookupError as error:
        raise resources.unknown(name, error) from None
    model = of_file(path)
    resources.published.add(model)
    return {"address": model.file, "size": model.size}


def _blocks(resources: SiteResources, key: str) -> Stored:
    name = parse_name(key)
    located = _tensors(resources, name.model)
    type_, start, stop = span(name, {each: found.tensor for each, found in located.items()})
    place = located[name.tensor]
    if place.big_endian:
        raise ModelError(f"`{name.model}`: blocks of big-endian files cannot be decoded here")
    with place.path.open("rb") as file:
        file.seek(place.start + start)
        return Stored(type_, file.read(stop - start))


def _ratios(resources: SiteResources, key: str) -> MeasuredRatios:
    model, tensor = ratios.parse_name(key)
    return losses.ratios_of(find_tensor(model, tensor, _tensors(resources, model)))


def _tensors(resources: SiteResources, model: str) -> dict[str, Located]:
    try:
        return resources.models.tensors(model)
    except LookupError as error:
        raise resources.unknown(model, error) from None


def _comparison(resources: SiteResources, path: str) -> Record:
    """The comparison in a file beside `mkdocs.yml` or below.

    Raises:
        LookupError: There is no such file, or it is no comparison.
    """
    name = shown(path)
    if is_remote(path):
        raise LookupError(f"`{name}` is an address: save the file in the folder of the site")
    place = resources.models.folder / path
    try:
        refuse_pipe(place)
        with place.open("rb") as file:
            return read(file.read(MAX_BYTES + 1))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        beside = place.parent.glob("*.json") if place.parent.is_dir() else ()
        hint = did_you_mean(place.name, sorted(each.name for each in beside))
        raise LookupError(f"there is no file `{name}`{hint}") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise LookupError(f"`{name}`: {said}") from None


ANSWERS: dict[type[Resource[Any]], Callable[..., Any]] = {
    ModelOf: _model,
    FileOf: _file,
    ComparisonOf: _comparison,
    BlocksOf: _blocks,
    RatiosOf: _ratios,
    LevelsOf: lambda resources, *key: losses.levels(resources.models, *key),
    HistogramOf: lambda resources, *key: losses.histogram(resources.models, *key),
}
"""What answers each kind of resource: given the resources and the key."""
