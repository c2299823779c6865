"""What figures ask for when a site is built, out of the site's models; what they got is noted and travels with them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from mkdocs_quantlab.engine.core.resources import Resource, Resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mkdocs_quantlab.site.models.models import Models
    from mkdocs_quantlab.site.models.page_models import PageModel

T = TypeVar("T")


class SiteResources(Resources):
    """The resources of one figure.

    Args:
        names: The names of the site's models.
        models: Returns the site's models. Most figures ask for none, and the modules that read them are slow to import.
        warn: Told what an author should know.
    """

    def __init__(
        self, names: Iterable[str], models: Callable[[], Models], warn: Callable[[str], None]
    ) -> None:
        super().__init__(tuple(names))
        self._models = models
        self.warn = warn
        self.published: set[PageModel] = set()
        """Files of models that figures hand to readers."""

    @cached_property
    def models(self) -> Models:
        """The site's models."""
        return self._models()

    def answer(self, asked: Resource[T]) -> T:
        """Answers a question from the site's models.

        Raises:
            LookupError: There is no model of that name, or only pages have answers of this kind.
            ModelError: A model cannot be read.
            LockError: The lock file cannot be used.
        """
        from mkdocs_quantlab.site.models.answers import ANSWERS  # noqa: PLC0415  # slow to import

        answer = ANSWERS.get(type(asked))
        if answer is None:
            raise LookupError(f"the build of a site has no `{asked.kind}`")
        value: T = answer(self, *asked.key)
        return value
