"""The plugin's settings as MkDocs wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mkdocs.config.base import BaseConfigOption, Config, ValidationError

from mkdocs_quantlab.site.settings import SETTINGS

if TYPE_CHECKING:
    from mkdocs_quantlab.site.settings import Setting


class _Option(BaseConfigOption[Any]):
    """A setting as an option of MkDocs."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.default = setting.default
        self.setting = setting

    def run_validation(self, value: object) -> Any:
        """The value as read; MkDocs calls it."""
        try:
            return self.setting.read(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class QuantlabConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves its hook untyped
    """All of `SETTINGS`, checked when MkDocs reads `mkdocs.yml`."""

    # MkDocs collects options from a class's own names.
    locals().update({name: _Option(setting) for name, setting in SETTINGS.items()})
