"""`python -m mkdocs_quantlab.builtin_models` makes all files anew and lists their digests in SHA256SUMS."""

from __future__ import annotations

import hashlib
import sys

from mkdocs_quantlab.builtin_models.files import SUMS, names
from mkdocs_quantlab.builtin_models.made import make
from mkdocs_quantlab.written import write_whole


def main() -> None:
    """Writes the list, and says what was made."""
    lines = []
    for name in names():
        content = make(name)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        sys.stdout.write(f"{name}: {len(content):,} bytes\n")
    write_whole(SUMS, "".join(lines))


if __name__ == "__main__":
    main()
