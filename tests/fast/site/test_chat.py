"""The chat as it is built: its options, what is in the page without script, and that no key gets into a site."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
import yaml
from markdown import Markdown

from mkdocs_quantlab.engine.answers.judge import judge
from mkdocs_quantlab.engine.answers.rules import parse
from mkdocs_quantlab.site.chat.chat import Options
from mkdocs_quantlab.site.chat.checks import CHECKS
from mkdocs_quantlab.site.chat.prompts import GROUPS, PROMPTS
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension

CONFIG = """
plugins:
  - quantlab:
      chat:
        endpoint: https://ollama.example.edu/
        models:
          - course/gemma:q4
          - {model: "course/gemma:q6", label: Six bits, note: "half as large again"}
        prompts: ["Draw <b>a</b> boat.", "It's | one prompt"]
        think: on
"""


def convert(source, **config):
    return Markdown(extensions=[QuantlabExtension(**config)]).convert(source)


def settings(html):
    """The configuration that the page's script reads."""
    return json.loads(
        unescape(re.search(r"data-config='(.*?)'", html, re.DOTALL)[1].replace("\n", " "))
    )


def test_a_directive_says_otherwise():
    chat = {"endpoint": "https://a.example", "models": ["x"], "seed": 5}
    html = convert(
        '<div data-quantlab-chat data-endpoint="http://localhost:11434" data-models="y, z" id="here"></div>',
        chat=chat,
    )
    config = settings(html)
    assert config["endpoint"] == "http://localhost:11434"
    assert [model["model"] for model in config["models"]] == ["y", "z"]
    assert config["settings"]["seed"] == 5
    assert '<quantlab-chat id="here"' in html


def test_a_chat_without_any_server():
    html = convert('<div data-quantlab-chat data-endpoint=""></div>')
    assert settings(html)["endpoint"] == ""
    assert settings(html)["prompts"] == [prompt.text for prompt in PROMPTS]
    assert "because the page sets none" in html


def test_both_names_are_one_directive():
    assert convert("<div data-quantlab-chat></div>") == convert("<div data-objective5-chat></div>")


def test_prompts_of_an_attribute():
    html = convert('<div data-quantlab-chat data-prompts="one | two; three |"></div>')
    assert settings(html)["prompts"] == ["one", "two; three"]


def test_options_give_their_texts_back():
    options = Options({"models": "a b", "prompts": "one|two", "temperature": "0"})
    assert Options(options.strings()).values == options.values


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api_key", "x"),
        ("apikey", "x"),
        ("token", "x"),
        ("openai-api-key", "x"),
        ("password", "x"),
        ("headers", "x"),
        ("system", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"),
        ("prompts", "say AIzaSyA1234567890abcdefghijklmnopqrstuv"),
        ("endpoint", "https://host.example/?access_token=abc"),
        ("endpoint", "https://:pw@host.example/"),
    ],
)
def test_secrets_are_refused_and_not_repeated(name, text):
    with pytest.raises(LabError, match="everything in a built site is public") as refused:
        convert(f'<div data-quantlab-chat data-{name}="{text}"></div>')
    assert text not in str(refused.value).replace(f"`{name}`", "") or text == "x"


@pytest.mark.parametrize(
    ("chat", "message"),
    [
        ("nothing", "takes a mapping from option to value; found `nothing`"),
        ({"models": [3]}, "takes names separated by spaces"),
        ({"models": [{"label": "x"}]}, "an entry has no `model`"),
        ({"modles": []}, "did you mean `models`"),
        ({"endpoint": "https://[bad"}, "an http(s) address without name, password and query"),
        ({"temperature": "warm"}, "`temperature` takes a number from 0 to 2; found `warm`"),
    ],
)
def test_mistakes_of_the_options(chat, message):
    from mkdocs.exceptions import PluginError

    with pytest.raises(PluginError, match=re.escape(message)):
        QuantlabExtension(chat=chat)


RULED = """
plugins:
  - quantlab:
      chat:
        prompts:
          - Draw a boat.
          - prompt: What is 17 × 23?
            right: {number: 391, words: at most 20}
          - prompt: What is the capital of Italy?
            right:
              contains: [Rome, Roma]
"""


def test_prompts_carry_rules():
    chat = yaml.safe_load(RULED)["plugins"][0]["quantlab"]["chat"]
    config = settings(convert("<div data-quantlab-chat></div>", chat=chat))
    assert config["prompts"] == [
        "Draw a boat.",
        "What is 17 × 23?",
        "What is the capital of Italy?",
    ]
    assert config["rules"] == {
        "What is 17 × 23?": "number: 391, words: at most 20",
        "What is the capital of Italy?": "contains: [Rome, Roma]",
    }


def test_a_directive_has_the_same_syntax():
    html = convert(
        """<div data-quantlab-chat data-prompts="Draw a boat. | What is 17 × 23? => {number: 391, words: at most 20} |
        Rome or Paris? => {regex: '^(Rome|Paris)$'}"></div>"""
    )
    config = settings(html)
    assert config["prompts"] == ["Draw a boat.", "What is 17 × 23?", "Rome or Paris?"]
    assert config["rules"] == {
        "What is 17 × 23?": "number: 391, words: at most 20",
        "Rome or Paris?": 'regex: "^(Rome|Paris)$"',
    }


def test_without_rules_there_are_none():
    assert "rules" not in settings(convert('<div data-quantlab-chat data-prompts="a => b"></div>'))


def test_prompts_give_their_texts_back():
    for text in ("a | b => {words: 3} | c", '["a | b", {"prompt": "c", "right": "words: 3"}]'):
        options = Options({"models": "x", "prompts": text})
        again = Options(options.strings())
        assert [(each.text, str(each.rule)) for each in again.prompts] == [
            (each.text, str(each.rule)) for each in options.prompts
        ]


@pytest.mark.parametrize(
    ("prompts", "says"),
    [
        ("What? => {nubmer: 3}", "`prompts`: “What?”: unknown rule `nubmer` (did you mean `number`?)"),
        ("What? => {number: 3", "`prompts`: “What?”: a rule is written as"),
        ("What? => {number: 3} more", "`more` follows the rule"),
        ("a => {words: 3} | a", "twice, with different rules"),
        ("=> {words: 3}", "a rule without a prompt"),
        ('[{"prompt": "a", "rihgt": {}}]', "found `rihgt` (did you mean `right`?)"),
        ('[{"prompt": "a", "right": 3}]', "a rule is a mapping"),
        ('[{"right": {"words": 3}}]', "found nothing"),
        ('[{"prompt": "a", "right": {}}]', "a rule has one of `contains`"),
    ],
)  # fmt: skip
def test_mistakes_in_rules(prompts, says):
    with pytest.raises(LabError) as caught:
        convert(f"<div data-quantlab-chat data-prompts='{prompts}'></div>")
    assert says in str(caught.value)


def test_a_mistake_in_a_rule_has_its_line(tmp_path):
    file = tmp_path / "mkdocs.yml"
    source = RULED.replace("contains: [", "contians: [")
    file.write_text(source, encoding="utf-8")
    chat = yaml.safe_load(source)["plugins"][0]["quantlab"]
    with pytest.raises(LabError) as caught:
        QuantlabExtension.of_site(file, chat).check()
    line = 1 + source[: source.index("contians")].count("\n")
    assert str(caught.value).startswith(f"mkdocs.yml:{line}: ")
    assert "(did you mean `contains`?)" in str(caught.value)


def test_the_checks_are_chosen_by_name():
    def prompts(text, *more):
        return settings(
            convert(f'<div data-quantlab-chat data-checks="{text}" {" ".join(more)}></div>')
        )["prompts"]

    assert len(CHECKS) == 20
    assert prompts("all") == [check.prompt for check in CHECKS]
    assert prompts("facts") == [check.prompt for check in CHECKS if check.group == "facts"]
    assert prompts(f"{CHECKS[0].name} facts", 'data-prompts="mine"')[:2] == [
        "mine",
        CHECKS[0].prompt,
    ]
    with pytest.raises(LabError, match=r"did you mean `arithmetic`"):
        prompts("arithmetics")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_has_a_rule_that_is_read(check):
    assert str(parse(str(parse(check.right)))) == str(parse(check.right))
    assert check.name not in (*GROUPS, "all")
    assert [each.name for each in CHECKS].count(check.name) == 1


ANSWERS = {
    "sum": ("12 + 9 = 21", "12 + 9 = 20"),
    "product": ("6 times 7 is 42.", "6 times 7"),
    "price": ("4 pens cost 12 euros.", "3 × 4 = 12, so they cost 13 euros."),
    "copy-sentence": ("“The quick brown fox jumps over the lazy dog.”", "The quick fox jumps."),
    "copy-number": ("4815162342", "48151623421"),
    "copy-words": ("river\nstone\ncloud\napple", "river, cloud, stone, apple"),
    "one-to-ten": ("1, 2, 3, 4, 5, 6, 7, 8, 9, 10", "1, 2, 3, 5, 4, 6, 7, 8, 9, 10"),
    "weekdays": ("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday", "Monday to Sunday"),
    "week": ("Seven days.", "8"),
    "json": ('```json\n{"name": "Ada", "age": 36}\n```', '{"name": "Ada", "age": }'),
    "numbered-list": ("1. apple\n2. pear\n3. plum", "apple, pear, plum"),
    "bulleted-list": ("Three animals:\n\n- cat\n- dog\n- cow", "- cat\n- dog"),
    "to-french": ("Bonjour !", "Bon jour"),
    "to-spanish": ("“House” is “casa” in Spanish.", "“House” is “caso”."),
    "from-german": ("It means water.", "It means lava."),
    "short": ("Blue, wide, restless.", "The sea " * 8),
    "without-word": ("Trees give shade.", "Trees are green."),
    "shopping-list": ("Bread\nCold lemonade\nPaper cups\nCake", "1. Bread\n2. Lemonade\n3. Cups\n4. Cake"),
    "capital": ("Paris is the capital of France.", "It is Lyon."),
    "planet": ("Mars", "Venus"),
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_can_be_answered_right_and_wrong(check):
    right, wrong = ANSWERS[check.name]
    assert judge(parse(check.right), right).right
    assert not judge(parse(check.right), wrong).right


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        (1, "```svg\n<svg viewBox='0 0 9 9'><path/></svg>\n```", "Here it is: <svg></svg>"),
        (2, "386 × 50 = 19,300\n386 × 7 = 2,702\n19,300 + 2,702 = 22,002", "22002"),
        (3, "Yes. Some tools are hammers, and all hammers are heavy.", "No, it does not follow."),
        (5, "1. Notes.\n2. Clefs.\n3. Rests.\n4. Keys.\n5. Play.", "1. Notes.\n2. Clefs."),
    ],
)
def test_the_rules_of_the_built_in_prompts(prompt, right, wrong):
    rule = PROMPTS[prompt].rule
    assert judge(rule, right).right
    assert not judge(rule, wrong).right
