"""The models and recipes that the figure compares, with the memory that each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.api import OptionError
from mkdocs_quantlab.api.gguf import GgufError, named_models
from mkdocs_quantlab.api.memory import CacheError, Memory, Need, Setting, need_of
from mkdocs_quantlab.api.recipes import SHAPES

if TYPE_CHECKING:
    from mkdocs_quantlab.api.gguf import Model
    from mkdocs_quantlab.engine.widgets.model_memory.widget import Options


GIB = 2**30


class Entry(NamedTuple):
    """A model and what it takes."""

    name: str
    need: Need
    memory: Memory
    longest: int
    """Tokens of the longest context that fits."""

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Bytes of weights, cache and buffers."""
        return self.memory.weights, self.memory.cache, self.memory.buffers.bytes


def _needs(given: Options) -> list[tuple[str, Need]]:
    """What is compared, by name: one model's recipes, or several models."""
    if not given.models:
        shape = SHAPES[given.shape].model(given.shape)
        return _recipes(given, shape, need_of(shape))
    models = named_models(given, "models")
    needs = []
    for model in models:
        try:
            needs.append((model.name, need_of(model)))
        except CacheError as error:
            raise OptionError(f"`models`: `{model.name}`: {error}", "models") from None
    if len(models) > 1:
        return needs
    return [*needs, *_recipes(given, models[0], needs[0][1])]


def _recipes(given: Options, model: Model, need: Need) -> list[tuple[str, Need]]:
    found = []
    for recipe in given.recipes:
        try:
            found.append((recipe, need.stored_by(recipe, model)))
        except GgufError as error:
            raise OptionError(f"`models`: `{model.name}`: {error}", "models") from None
    return found


def entries_of(given: Options) -> list[Entry]:
    """What the figure compares.

    Raises:
        OptionError: A model's memory is not known, or the cache cannot have that type.
    """
    setting = Setting(given.context, given.cache, given.cache, given.sequences)
    entries = []
    for name, need in _needs(given):
        try:
            longest = need.longest(setting, given.memory * GIB)
            entries.append(Entry(name, need, need.under(setting), longest))
        except CacheError as error:
            raise OptionError(f"`cache`: `{name}`: {error}", "cache") from None
    return entries
