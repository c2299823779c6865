"""Models that options name, out of a figure's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.resources import Resource
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.gguf.model import Model

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core import protocol
    from mkdocs_quantlab.engine.core.resources import Resources
    from mkdocs_quantlab.engine.core.schema import Options


class ModelOf(Resource[Model]):
    """The model of a name, or at a path where the resources take paths."""

    kind = "model"

    def __init__(self, name: str) -> None:
        super().__init__(name)

    @staticmethod
    def pack(value: Model) -> protocol.ModelHeader:
        """As `Model.to_json`."""
        return value.to_json()

    @staticmethod
    def unpack(packed: protocol.ModelHeader) -> Model:
        """As `Model.from_json`."""
        return Model.from_json(packed)


class FileOf(Resource["protocol.ServedFile"]):
    """The file of a model, which the site then has to serve."""

    kind = "file"

    def __init__(self, name: str) -> None:
        super().__init__(name)


def named_model(resources: Resources, name: str) -> Model:
    """The model of that name, or at that path where the resources take paths.

    Raises:
        LookupError: There is none; the message lists those there are.
    """
    try:
        return resources.find(ModelOf(name))
    except LookupError as error:
        raise resources.unknown(name, error) from None


def named_models(options: Options, option: str) -> list[Model]:
    """The models that an option of the kind `ModelNames` names; all of the site's where it names none.

    Args:
        options: The options that the widget was given.
        option: The option's name.

    Raises:
        OptionError: One of them does not exist, or the site has none.
    """
    names = options.values[option] or options.resources.names
    try:
        models = [named_model(options.resources, name) for name in names]
    except LookupError as error:
        raise OptionError(f"`{option}`: {error.args[0]}", option) from None
    if not models:
        takes = getattr(type(options), option).allowed
        raise OptionError(f"`{option}` takes {takes}; found none", option)
    return models
