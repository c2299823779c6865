"""A Modelfile, by which `ollama create` makes a tag of a GGUF file."""

from __future__ import annotations

MODELFILE = "# ollama create {tag} -f {name}.Modelfile\nFROM ./{name}.gguf\n"
"""No TEMPLATE: with one, Ollama applies it in place of the file's own. The page has the same text by `browser/src/generated/`."""


def modelfile(name: str) -> str:
    """The Modelfile of a file, to be kept beside it as `NAME.Modelfile`.

    Args:
        name: The file's name without `.gguf`: `drawing-Q4_K_M`.
    """
    model, dash, recipe = name.partition("-")
    return MODELFILE.format(tag=f"{model}:{recipe}" if dash else model, name=name)
