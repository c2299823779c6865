"""The chat: its options, and its element as it stands in a built page.

The conversation itself is the page's script (`browser/src/chat`); what the author set reaches it in an attribute. Without
script the element says which models there are to talk to, and what with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mkdocs_quantlab.builtin_models import is_builtin
from mkdocs_quantlab.engine.core import schema
from mkdocs_quantlab.engine.core.fields import Choice, Integer, Real, Text, json_list
from mkdocs_quantlab.engine.core.html import Child, Html, tag
from mkdocs_quantlab.engine.core.numbers import volume
from mkdocs_quantlab.engine.core.schema import Field, OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.core.texts import EN, Words
from mkdocs_quantlab.site.chat.prompts import DRAWINGS, PROMPTS, Checks, Prompts, checks
from mkdocs_quantlab.site.markdown.directives import CHAT, attributes_text
from mkdocs_quantlab.site.markdown.portable import json_attribute
from mkdocs_quantlab.site.models.page_models import DEFAULT, is_of_page, page_model
from mkdocs_quantlab.site.secrets import refuse_secret_address, refuse_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mkdocs_quantlab.site.attributes import ChatConfig, MarksSetting, ModelChoice
    from mkdocs_quantlab.site.chat.prompts import Prompt
    from mkdocs_quantlab.site.models.models import Models as SiteModels
    from mkdocs_quantlab.site.models.page_models import PageModel


class Model(NamedTuple):
    """A model to talk to: the server's name of it, what readers see, and a remark."""

    model: str
    label: str
    note: str

    @property
    def choice(self) -> ModelChoice:
        """For the page."""
        return {"model": self.model, "label": self.label, "note": self.note}


BROWSER = "browser"
"""The endpoint of models that run in the page."""


class Address(Field[str]):
    """The http(s) address of a server, `browser`, or nothing."""

    @property
    def allowed(self) -> str:
        return (
            f"`{BROWSER}`, or an http(s) address without name, password and query, "
            "as in `https://ollama.example.edu`"
        )

    def parse(self, text: str) -> str:
        text = text.strip()
        if not text or text == BROWSER:
            return text
        refuse_secret_address(self.name, text)
        try:
            url = urlsplit(text)
            well_formed = url.scheme in ("http", "https") and url.hostname and (url.port or True)
        except ValueError:
            well_formed = False
        if not well_formed or re.search(r"[\s?#]", text):
            # What follows may be a secret after all.
            raise self.refuse(re.sub(r"\?.+", "?…", text))
        return text.rstrip("/")


class Models(Field[tuple[Model, ...]]):
    """Names of models, separated by spaces or commas; or a JSON list, whose entries may be objects."""

    @property
    def allowed(self) -> str:
        return "names separated by spaces, or a JSON list of names and of `{model, label, note}`"

    def parse(self, text: str) -> tuple[Model, ...]:
        entries = json_list(text, self)
        if entries is None:
            entries = [word for word in re.split(r"[\s,]+", text) if word]
        models = tuple(map(self._model, entries))
        for i, entry in enumerate(models):
            if entry.model in (other.model for other in models[:i]):
                raise OptionError(f"`{self.name}` names `{entry.model}` twice", self.name)
        return models

    def _model(self, entry: object) -> Model:
        if isinstance(entry, str) and entry.strip():
            return Model(entry.strip(), entry.strip(), "")
        if not isinstance(entry, dict):
            raise self.refuse(str(entry))
        for key in entry:
            if key not in Model._fields:
                hint = did_you_mean(str(key), Model._fields)
                raise OptionError(
                    f"`{self.name}`: a model has `model`, `label` and `note`; found `{key}`{hint}",
                    self.name,
                )
        texts = {key: str(value).strip() for key, value in entry.items()}
        if not texts.get("model"):
            raise OptionError(f"`{self.name}`: an entry has no `model`", self.name)
        return Model(texts["model"], texts.get("label") or texts["model"], texts.get("note", ""))

    def format(self, value: tuple[Model, ...]) -> str:
        return json.dumps([entry._asdict() for entry in value], ensure_ascii=False)


class Options(schema.Options):
    """What the author of a page sets."""

    endpoint = Address(
        BROWSER,
        label="Endpoint",
        help="`browser`: the models run in the page. An address: the model server, such as Ollama or a server with OpenAI's `/v1` "
        "API. Empty: readers enter the address of a server. In all cases, readers can enter another address.",
    )
    models = Models(
        (),
        label="Models",
        help="The models to choose from, by the server's names. `label` is what readers see, `note` is a remark. For models in the "
        "page: names from the setting `models`, paths of .gguf files, or built-in models such as `drawing:Q4_K_M`.",
    )
    prompts = Prompts(
        PROMPTS,
        label="Prompts",
        help="Prompts that readers can insert with a click. A rule states what a right answer contains, as in "
        "`What is 17 × 23? => {number: 391}`.",
    )
    checks = Checks(
        (),
        label="Checks",
        help="Prompts with rules that come with the package, in place of the default prompts or after the author's.",
    )
    system = Text(
        "",
        label="System prompt",
        help="The system prompt of every conversation. Readers can change it.",
    )
    seed = Integer(1, 0, 2**31 - 1, label="Seed", help="The sampler's seed.")
    temperature = Real(
        0.7,
        0,
        2,
        label="Temperature",
        help="At 0, the model always takes the most likely token. Higher values make other tokens more likely.",
    )
    top_p = Real(
        0.95,
        0,
        1,
        label="top_p",
        help="Sample from the most likely tokens whose probabilities add up to this value.",
    )
    max_tokens = Integer(
        2048,
        1,
        131072,
        label="Token limit",
        help="The largest number of tokens in an answer, including thinking.",
    )
    think = Choice(
        "off",
        {"off": "Off", "on": "On"},
        label="Thinking",
        help="Whether models that can think do so before they answer.",
    )
    marks: Choice[MarksSetting] = Choice(
        "auto",
        {"auto": "Auto", "on": "On", "off": "Off"},
        label="Marks",
        help="Whether the chat marks drawings as right or wrong. `auto` marks those of built-in models and of models in the page. "
        "Python in the page computes the marks, and is fetched for the first drawing.",
    )
    history = Choice(
        "auto",
        {"auto": "Auto", "on": "On", "off": "Off"},
        label="Conversation",
        help="Whether the chat sends earlier prompts and answers along. `auto`: yes, unless all models are built in, because those "
        "were not trained on conversations.",
    )

    def __init__(self, strings: Mapping[str, str] | None = None) -> None:
        refuse_secrets(strings or {})
        super().__init__(strings)

    def check(self) -> None:
        """A list that was set to nothing is a mistake in YAML more often than a wish."""
        for name in ("models", "prompts"):
            if name in self.given and not self.values[name]:
                raise OptionError(f"`{name}` is empty: fill it or leave it out", name)


def read(given: Mapping[object, object]) -> dict[str, str]:
    """Options of `mkdocs.yml` as a directive's attributes would say them.

    Raises:
        OptionError: They are not taken.
    """
    for field in Options.fields():
        if isinstance(given.get(field.name), Mapping):
            raise OptionError(f"`{field.name}` takes {field.allowed}; found a mapping", field.name)
    strings = Options.current({str(name): _text(value) for name, value in given.items()})
    Options(strings)
    return strings


def _text(value: object) -> str:
    if isinstance(value, bool):  # YAML reads a bare `on` so
        return "on" if value else "off"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)  # YAML makes dates
    return "" if value is None else str(value)


def element(
    strings: Mapping[str, str],
    *,
    identifier: str,
    attributes: Mapping[str, str],
    pyodide: str,
    models: SiteModels,
    publish: Callable[[PageModel], None],
    words: Words = EN,
) -> str:
    """The element for one directive.

    Args:
        strings: Its options as texts.
        identifier: The element's `id`.
        attributes: Other attributes to keep, as the author wrote them.
        pyodide: Where the page's Python comes from: `bundled`, `off` or a URL.
        models: The site's models.
        publish: Called with each file that the site has to have for it.
        words: The page's texts.

    Raises:
        OptionError: The options are not taken.
    """
    options = Options(strings)
    in_page = models_in_page(options, models)
    are_built_in = bool(in_page) and all(is_builtin(model.model) for model in in_page)
    prompts = _prompts(options, are_built_in=are_built_in)
    rules = {prompt.text: str(prompt.rule) for prompt in prompts if prompt.rule}
    config: ChatConfig = {
        "endpoint": "" if in_page else options.endpoint,
        "models": [model.choice for model in options.models if model not in in_page],
        "prompts": [prompt.text for prompt in prompts],
        "history": options.history == "on" or (options.history == "auto" and not are_built_in),
        "system": options.system,
        "settings": {
            "seed": options.seed,
            "temperature": options.temperature,
            "topP": options.top_p,
            "maxTokens": options.max_tokens,
            "think": options.think == "on",
        },
        "marks": options.marks,
        "pyodide": pyodide,
    }
    if rules:
        config["rules"] = rules
    if in_page:
        for file in in_page.values():
            publish(file)
        config["inPage"] = [
            {**model.choice, "file": file.file, "size": file.size, "sha256": file.sha256}
            for model, file in in_page.items()
        ]
    language = {"lang": lang} if (lang := words.lang("chat")) else {}
    head = attributes_text({**language, **attributes, "id": identifier})
    data = json_attribute(config)
    inside = Html(
        tag("quantlab-load", data_file="chat.js", data_language=words.told)
        + tag(
            "div", _without_script(options, in_page, prompts, words), class_="quantlab-chat-plain"
        )
        + tag("p", words("chat_plain.caution"), class_="quantlab-chat-caution")
    )
    return f"<{CHAT}{head} data-config={data}>{inside}</{CHAT}>"


def _prompts(options: Options, *, are_built_in: bool) -> tuple[Prompt, ...]:
    """The prompts that readers are offered."""
    chosen = checks(options.checks)
    if "prompts" in options.given:
        return options.prompts + chosen
    return chosen or (DRAWINGS if are_built_in else PROMPTS)


def models_in_page(options: Options, models: SiteModels) -> dict[Model, PageModel]:
    """The models that run in the page, with their files; none where the chat has a server.

    Where the author named no endpoint, what is no model of the site's is one of the reader's own server.

    Raises:
        OptionError: One of them cannot be had.
    """
    if options.endpoint != BROWSER:
        return {}
    chosen = options.models
    if "endpoint" not in options.given:
        chosen = tuple(model for model in chosen if is_of_page(model.model, models))
    chosen = chosen or tuple(Model(name, name, "") for name in DEFAULT)
    return {model: page_model(model.model, models) for model in chosen}


def _without_script(
    options: Options, in_page: Mapping[Model, PageModel], prompts: Sequence[Prompt], words: Words
) -> Html:
    """What a reader without script, and a search index, gets of the chat."""
    if in_page:
        asks: Sequence[Child] = [words("chat_plain.asks_page")]
    elif options.endpoint:
        before, after = words("chat_plain.asks_server", server="\0").split("\0")
        asks = [before, tag("code", options.endpoint), after]
    else:
        asks = [words("chat_plain.asks_none")]
    parts = [tag("p", words("chat_plain.about"), " ", *asks)]
    if in_page:
        parts.append(tag("p", words("chat_plain.models_in_page")))
        sized = (
            model._replace(note=", ".join(filter(None, (model.note, volume(file.size)))))
            for model, file in in_page.items()
        )
        parts.append(tag("ul", [_model(model) for model in sized]))
    if others := [model for model in options.models if model not in in_page]:
        parts.append(
            tag("p", words("chat_plain.models_of_server" if in_page else "chat_plain.models"))
        )
        parts.append(tag("ul", [_model(model) for model in others]))
    parts.append(tag("p", words("chat_plain.prompts")))
    parts.append(tag("ul", [tag("li", prompt.text) for prompt in prompts]))
    return Html("".join(parts))


def _model(model: Model) -> Html:
    name = None if model.label == model.model else (" (", tag("code", model.model), ")")
    label = tag("code", model.label) if name is None else model.label
    return tag("li", label, name, f": {model.note}" if model.note else None)
