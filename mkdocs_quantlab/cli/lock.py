"""The command `quantlab gguf lock`."""

from __future__ import annotations

import sys

import click

from mkdocs_quantlab.cli.models import config_file, site_models
from mkdocs_quantlab.cli.terminal import Unreadable, print_line
from mkdocs_quantlab.engine.core.numbers import count
from mkdocs_quantlab.site.models.lock import Locked, LockError, read_lock, write_lock
from mkdocs_quantlab.site.models.models import learned
from mkdocs_quantlab.site.models.places import ModelError, is_remote
from mkdocs_quantlab.site.secrets import masked


@click.command()
@click.option(
    "--check", is_flag=True, help="Write nothing. The status is 1 if the lock file would change."
)
def lock(*, check: bool) -> None:
    """Write the headers of all named models into quantlab.lock.

    The lock file is beside the configuration and belongs under version control. With it, every build uses the same headers,
    without a network. A file is not read again if its server says that it did not change. If a local file is missing, its
    entry in the lock file stays as it is.
    """
    models = site_models()
    if not models.named:
        raise click.UsageError(f"{config_file()} names no models")
    try:
        locked = dict(read_lock(models.lock_path))
    except LockError as error:
        print_line(f"Warning: {error}", err=True)
        locked = {}
    found: dict[str, Locked] = {}
    with click.progressbar(
        models.named.items(),
        label="Reading",
        item_show_func=lambda item: item[0] if item else None,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as progress:
        for name, place in progress:
            try:
                # Of models read now, so that the file never depends on what it was before; local ones cost nothing.
                alike = learned(each for at, each in found.items() if is_remote(at))
                key = masked(place)
                found[key] = models.read(name, locked.get(key), alike)
            except ModelError as error:
                raise Unreadable(str(error)) from None
    keys = {name: masked(place) for name, place in models.named.items()}
    changed = [
        name
        for name, key in keys.items()
        if key not in locked or found[key].digest != locked[key].digest
    ]
    gone = sorted(set(locked) - set(found))
    for name in changed:
        print_line(f"{name}: {'new' if keys[name] not in locked else 'changed'}")
    for place in gone:
        print_line(f"{place}: no longer named")
    if check:
        sys.exit(bool(changed or gone))
    try:
        write_lock(models.lock_path, found)
    except OSError as error:
        raise Unreadable(f"{models.lock_path}: {error.strerror}") from None
    print_line(f"{count(len(found), 'model')} in {models.lock_path.name}")
