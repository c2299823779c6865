"""The catalogue: every language says the same, and every text is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mkdocs_quantlab.engine.core import texts
from mkdocs_quantlab.engine.core.texts import EN, LANGUAGES, PLURALS, SCRIPTS, Words, catalogue
from tests.paths import PACKAGE
from tests.script_texts import literals

TRANSLATIONS = [language for language in LANGUAGES if language != "en"]


def placeholders(text):
    return set(re.findall(r"\{(\w+)\}", text))


def forms(text):
    """All texts of an entry: one, or one a plural category."""
    return [text] if isinstance(text, str) else list(text.values())


def test_the_languages_are_the_files():
    files = {path.stem for path in Path(texts.__file__).parent.glob("*.json")}
    assert files == set(LANGUAGES) == set(PLURALS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_and_texts_are_well_formed(language):
    for group, entries in catalogue(language).items():
        assert re.fullmatch(r"[a-z_]+", group)
        for key, text in entries.items():
            assert re.fullmatch(r"[a-z0-9_]+", key), key
            assert all(forms(text)), key
            assert all(form == form.strip() for form in forms(text)), key
            if not isinstance(text, str):
                needed = {PLURALS[language](n) for n in (0, 1, 2, 5, 11, 21, 100)}
                assert set(text) == needed, f"{group}.{key}"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_whole_groups_and_the_same_placeholders(language):
    english = catalogue("en")
    for group, entries in catalogue(language).items():
        assert list(entries) == list(english[group]), f"{language}: {group}"
        for key, text in entries.items():
            wanted = placeholders("".join(forms(english[group][key])))
            if isinstance(english[group][key], str):
                assert isinstance(text, str), f"{language}: {group}.{key}"
                assert placeholders(text) == wanted, f"{language}: {group}.{key}"
            else:
                # "one" may leave out the number.
                assert all(
                    placeholders(form) | {"count"} == wanted | {"count"} for form in forms(text)
                )


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_workers_are_english(language):
    """They do not know the page's language."""
    assert "worker" not in catalogue(language)


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_all_groups_of_a_script(language):
    """An element of the script has one `lang`, and texts of several groups in it."""
    translated = {group.split("_")[0] for group in catalogue(language)}
    missing = [
        group
        for group in catalogue("en")
        if group.split("_")[0] in translated and group not in catalogue(language)
    ]
    assert not missing


def test_python_uses_every_text_of_its_groups():
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for group in catalogue("en").keys() - set(SCRIPTS):
        for key in catalogue("en")[group]:
            # Labs look up the kinds of their sections.
            used = f'"{group}.{key}"' in source or (group == "lab" and f'"{key}"' in source)
            assert used, f"{group}.{key}"


def test_texts_are_filled_in_and_counted(monkeypatch):
    monkeypatch.setitem(
        catalogue("en"), "t", {"n": {"one": "{count} bit of {x}", "other": "{count} bits of {x}"}}
    )
    assert EN("t.n", count=1, x="{count}") == "1 bit of {count}"
    assert EN("t.n", count=0, x="q") == "0 bits of q"
    with pytest.raises(KeyError):
        EN("form.no_such_text")


@pytest.mark.parametrize(
    ("page", "language", "lang", "of_figures"),
    [
        ("en", "en", None, None),
        ("en-GB", "en", None, None),
        ("de", "de", "de", "en"),
        ("de_AT", "de", "de", "en"),
        ("fr", "en", "en", "en"),
    ],
)
def test_the_language_of_what_stands_on_a_page(page, language, lang, of_figures):
    words = Words(page)
    assert words.language("form") == language
    assert words.lang("form") == lang
    assert words.lang() == of_figures
    assert words("form.reset") == catalogue(language)["form"]["reset"]


def test_a_group_that_is_not_translated_is_english(monkeypatch):
    monkeypatch.setitem(catalogue("en"), "new", {"a": "A text"})
    assert Words("de")("new.a") == "A text"
    assert Words("de").lang("new") == "en"


# Scripts of the page

BROWSER = PACKAGE.parent / "browser" / "src"
SOURCES = {
    path: path.read_text(encoding="utf-8")
    for path in BROWSER.rglob("*.ts")
    if path != BROWSER / "generated" / "texts.ts"
}


@pytest.mark.parametrize("group", SCRIPTS)
def test_scripts_use_every_text_of_their_groups(group):
    source = "".join(SOURCES.values())
    # Keys that are put together, as in t(`end_${reason}`); the compiler knows that each is there.
    composed = [
        re.compile(r"\w+".join(parts))
        for template in re.findall(r"`((?:\w|\$\{[^{}`]*\})+)`", source)
        if len("".join(parts := re.split(r"\$\{[^{}]*\}", template))) > 2
    ]
    unused = [
        key
        for key in catalogue("en")[group]
        if f'"{key}"' not in source and not any(each.fullmatch(key) for each in composed)
    ]
    assert not unused, f"{group}: {unused}"


LIKE_A_SENTENCE = re.compile(r"[^\W\d_]{2,}\W* \W*[^\W\d_]{2,}|^[A-Z][a-z]|[a-z]{3}[.…]$")
"""Two words, a word that begins as a sentence does, or one that ends as a sentence does."""

FOR_NO_READER = {
    # Keys, as events name them
    *("Enter", "Escape", "Mod-Enter", "Home", "End", "Arrow"),
    *("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"),
    # Classes
    *("Worker", "SharedWorker", "BroadcastChannel", "EndpointError"),
    *("OptionError", "CodeError", "WorkerError", "Stopped"),
    # Headers, a type of what is dropped, a value of `rel`
    *("Content-Type", "Bearer {}", "Files", "noopener noreferrer nofollow"),
    "quantlab dompurify 'allow-duplicates'",  # a value of a policy
    "Hi",  # a prompt, whose answer nobody sees
}


def is_markup(text):
    """Selectors, names of classes, and the document that a drawing is shown in."""
    is_selector = re.search(r"[\[:>]", text) or re.fullmatch(r"[a-z0-9]+(, [a-z0-9]+)+", text)
    return text.startswith(("<!doctype", "quantlab-")) or (is_selector and text.islower())


WRITTEN = [
    path
    for path in sorted(SOURCES)
    if not path.name.endswith(".d.ts") and path.parent.name != "generated"
]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(BROWSER)))
def test_no_text_for_readers_is_outside_the_catalogue(path):
    sentences = [
        f"{path.name}:{line}: {text}"
        for line, text, before in literals(SOURCES[path])
        if LIKE_A_SENTENCE.search(text)
        and before not in ("from", "import")
        and text not in FOR_NO_READER
        and not is_markup(text)
    ]
    assert not sentences, sentences


def test_literals_of_typescript():
    source = r"""
    // "a comment"
    import x from "./x.ts"; /* `another` */
    const a = /["`]/.test(b) ? 'it\'s' : `one ${two(`${"three"} four`)} {five}`; // "six"
    const half = (c + 1) / 2, e = "/", f = 1 / 2;
    """
    assert [(each.line, each.text) for each in literals(source)] == [
        (3, "./x.ts"),
        (4, "it's"),
        (4, "one {} {five}"),
        (4, "{} four"),
        (4, "three"),
        (5, "/"),
    ]


# Callers of Python; the compiler checks those of TypeScript


def calls_of_texts():
    """Calls with a text's key as the first argument: where, key, names of the other arguments."""
    keys = {f"{group}.{key}" for group in catalogue("en") for key in catalogue("en")[group]}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            found = {
                each.value
                for each in ast.walk(node.args[0])
                if isinstance(each, ast.Constant) and each.value in keys
            }
            for key in sorted(found):
                yield f"{path.name}:{node.lineno}", key, {word.arg for word in node.keywords}


def test_python_gives_every_placeholder():
    calls = list(calls_of_texts())
    assert len(calls) > 15
    for where, key, given in calls:
        group, _, name = key.partition(".")
        text = catalogue("en")[group][name]
        needed = placeholders("".join(forms(text)))
        if not isinstance(text, str):
            needed.add("count")
        assert None in given or given == needed, f"{where}: {key} takes {sorted(needed)}"
