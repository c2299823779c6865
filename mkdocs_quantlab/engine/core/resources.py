"""External data that a figure needs: model headers, tensor blocks, the reader's picture.

A widget asks its options' `sources` for it, by a `Resource`. When a site is built the answers come from files or the lock file
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
    """A question that a figure asks its sources; `T` is the answer's type. Two of one kind and one key are equal.

    Args:
        key: Names what is asked for, within its kind.
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
        """The answer as JSON has it."""
        return value

    @staticmethod
    def unpack(packed: Any) -> T:
        """The answer that `pack` gave."""
        value: T = packed
        return value


class Sources:
    """Answers questions of figures.

    Args:
        names: The models' names, in the author's order.
        found: Answers that are known.
        files: Names of the models in the reader's own files, in the page only.

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
    def from_json(cls, given: protocol.Sources) -> Self:
        """What travelled with a figure; each answer is unpacked when it is asked for."""
        sources = cls(given["names"], files=given["files"])
        sources._packed = {
            (each["kind"], tuple(each["key"])): each["value"] for each in given["found"]
        }
        return sources

    def to_json(self) -> protocol.Sources:
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
        """The answer to a question.

        Raises:
            LookupError: There is none; the message says why, as a sentence.
        """
        if asked not in self.found:
            self.found[asked] = self.answer(asked)
        value: T = self.found[asked]
        return value

    def get(self, asked: Resource[T]) -> T | None:
        """The answer to a question, or None where there is none."""
        try:
            return self.find(asked)
        except LookupError:
            return None

    def answer(self, asked: Resource[T]) -> T:
        """Answers a question for the first time; `find` notes what it gives.

        Raises:
            LookupError: There is no answer; the message says why, as a sentence.
        """
        try:
            return asked.unpack(self._packed[asked.kind, asked.key])
        except KeyError:
            what = " ".join(asked.key) or asked.kind
            raise LookupError(f"`{what}` is not among what this figure came with") from None

    def unknown(self, name: str, error: LookupError) -> LookupError:
        """The error that there is no model of a name, with those that there are."""
        known = "the models are " + ", ".join(f"`{n}`" for n in self.names)
        if not self.names:
            known = "`mkdocs.yml` names no models"
        return LookupError(f"{error.args[0]}{did_you_mean(name, self.names)}; {known}")


NONE = Sources()
"""No models, no files."""
