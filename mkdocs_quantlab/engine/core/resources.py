"""External data that a figure needs: model headers, tensor blocks, the reader's picture.

A widget asks its options' `resources` for it, by a `Resource`. When a site is built the answers come from files or the lock file
(`site/models/resources.py`); they are noted and travel with the figure as JSON, and in the page the same question gets the same
answer from there. A kind of resource is a subclass of `Resource`, beside what it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from mkdocs_quantlab.engine.core import protocol

T = TypeVar("T")


class Resource(Generic[T]):
    """A query for external data; `T` is the type of the answer. Two resources are equal if their kinds and keys are equal.

    Args:
        key: Identifies the data within its kind.
    """

    kind: ClassVar[str]
    """The kind's name on the way to the page."""

    def __init__(self, *key: str) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and (self.kind, self.key) == (other.kind, other.key)

    def __hash__(self) -> int:
        return hash((self.kind, self.key))

    @staticmethod
    def pack(value: T) -> Any:
        """Converts the answer to plain data for JSON."""
        return value

    @staticmethod
    def unpack(packed: Any) -> T:
        """Restores the answer from the plain data that `pack` returned."""
        value: T = packed
        return value


class Resources:
    """Provides the external data of figures.

    Args:
        names: The names of the models, in the author's order.
        found: Answers that are already known.
        files: Names of the models in files that the reader opened; in the page only.

    Attributes:
        found: All answers so far.
    """

    def __init__(
        self,
        names: Sequence[str] = (),
        found: Mapping[Resource[Any], Any] | None = None,
        files: Sequence[str] = (),
    ) -> None:
        self.names = tuple(names)
        self.files = tuple(files)
        self.found: dict[Resource[Any], Any] = dict(found or {})
        self._packed: dict[tuple[str, tuple[str, ...]], Any] = {}

    @classmethod
    def from_json(cls, given: protocol.Resources) -> Self:
        """The data that a page contains for a figure; each answer is unpacked when it is used."""
        resources = cls(given["names"], files=given["files"])
        resources._packed = {
            (each["kind"], tuple(each["key"])): each["value"] for each in given["found"]
        }
        return resources

    def to_json(self) -> protocol.Resources:
        """Names and answers, for the page."""
        return {
            "names": list(self.names),
            "found": [
                {"kind": asked.kind, "key": list(asked.key), "value": asked.pack(value)}
                for asked, value in self.found.items()
            ],
            "files": list(self.files),
        }

    def find(self, asked: Resource[T]) -> T:
        """The answer to a query.

        Raises:
            LookupError: The data is not available; the message states the reason.
        """
        if asked not in self.found:
            self.found[asked] = self.answer(asked)
        value: T = self.found[asked]
        return value

    def get(self, asked: Resource[T]) -> T | None:
        """The answer to a query, or None if it is not available."""
        try:
            return self.find(asked)
        except LookupError:
            return None

    def answer(self, asked: Resource[T]) -> T:
        """Finds an answer that is not known yet; `find` stores the result.

        Raises:
            LookupError: The data is not available; the message states the reason.
        """
        try:
            return asked.unpack(self._packed[asked.kind, asked.key])
        except KeyError:
            what = " ".join(asked.key) or asked.kind
            raise LookupError(f"`{what}` is not in the data of this figure") from None

    def unknown(self, name: str, error: LookupError) -> LookupError:
        """The error for an unknown model name; it lists the known names."""
        known = "the models are " + ", ".join(f"`{n}`" for n in self.names)
        if not self.names:
            known = "the site names no models"
        return LookupError(f"{error.args[0]}{did_you_mean(name, self.names)}; {known}")


NONE = Resources()
"""No models, no files."""
