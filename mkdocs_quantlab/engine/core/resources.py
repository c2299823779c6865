"""What figures show that is neither in their options nor computed from them: models, weights out of their files, pictures.

A widget asks its options' `sources` for it, by name. When a site is built these read files or the lock file
(`site/models/resources.py`) and note what they gave; that travels with the figure, and in the page the same questions get the
same answers from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.picture import Bitmap
from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.core import protocol


class Sources:
    """Answers by kind and key, each as JSON has it.

    Args:
        names: The models' names, in the author's order.
        found: The answers, by kind and key in one text.
        files: Names of the models that came out of the reader's own files, in the page only.
    """

    def __init__(
        self,
        names: Sequence[str] = (),
        found: Mapping[str, Any] | None = None,
        files: Sequence[str] = (),
    ) -> None:
        self.names = tuple(names)
        self.files = tuple(files)
        self.found: dict[str, Any] = dict(found or {})

    def find(self, kind: str, key: str) -> Any:
        """What is known under a kind and a key.

        Raises:
            LookupError: Nothing; the message says why, as a sentence.
        """
        try:
            return self.found[f"{kind} {key}"]
        except KeyError:
            raise LookupError(f"`{key}` is not among what this figure came with") from None

    def unknown(self, name: str, error: LookupError) -> LookupError:
        """The error that there is no model of a name, with those that there are."""
        known = "the models are " + ", ".join(f"`{n}`" for n in self.names)
        if not self.names:
            known = "`mkdocs.yml` names no models"
        return LookupError(f"{error.args[0]}{did_you_mean(name, self.names)}; {known}")

    @property
    def picture(self) -> Bitmap | None:
        """The reader's own picture, where one was given."""
        found = self.found.get("picture own")
        return Bitmap.from_json(found) if found else None

    def to_json(self) -> protocol.Sources:
        """Names and answers, for the page."""
        return {"names": list(self.names), "found": self.found, "files": list(self.files)}


NONE = Sources()
"""No models, no files."""
