"""The chat's connection doctor as a page: the words are the texts `chat_connection`, which the page's script and `quantlab doctor` read too."""

from __future__ import annotations

from mkdocs_quantlab.engine.core.texts import EN
from mkdocs_quantlab.site.doctor.connection import case_ids, remedies, words_of

EXAMPLE = {
    "origin": "https://course.example.edu",
    "endpoint": "http://localhost:11434",
    "root": "http://localhost:11434",
    "model": "gemma4:e2b",
}
# In the chat the words stand beside this server, on this machine or not.
SYSTEMS = {
    "windows": "Windows",
    "macos": "macOS",
    "linux": "Linux",
    "other": "Another server than Ollama on your own machine",
    "elsewhere": "A server that is not on your own machine",
}


def contents() -> str:
    """A list of links to the cases."""
    return "\n".join(f"- [{words_of(case, 'title')}](#{case})" for case in case_ids())


def sections() -> str:
    """A section for each case, with its anchor."""
    parts = []
    for case in case_ids():
        parts += [
            f"### {words_of(case, 'title')} {{ #{case} }}",
            words_of(case, "why", **EXAMPLE),
        ]
        ways = {system: EN(key, **EXAMPLE) for system, key in remedies(case).items()}
        if "" in ways:
            parts.append(f"**What to do:** {ways['']}")
        else:
            parts.append("**What to do:**")
            parts.append("\n".join(f"- {SYSTEMS[system]}: {text}" for system, text in ways.items()))
    return "\n\n".join(parts)
