"""Mistakes in a site's configuration name its line, in YAML and in TOML."""

from __future__ import annotations

import tomllib

import pytest
import yaml
from markdown import Markdown

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.setting_lines import line_of_option, place_of_setting


def test_lines_in_yaml():
    source = "a: 1\n# chat: {seed: 2}\nplugins:\n- quantlab: {chat: {seed: 3,\n  'top_p': 1}}\nx: {seed: 2}\n"
    assert line_of_option(source, "chat", "seed") == 4
    assert line_of_option(source, "chat", "top_p") == 5
    assert line_of_option(source, "chat", "p") is None
    assert line_of_option(source, "other", "seed") is None


def test_other_parts_of_a_configuration_have_such_keys_too():
    source = "theme:\n  language: de\nplugins:\n  - quantlab:\n      language: x y\n"
    assert line_of_option(source, "language") == 5


@pytest.mark.parametrize(
    "source",
    [
        '[project.markdown_extensions.quantlab]\nlab = {}\nmodels = {"q4" = "a.gguf"}\n',
        "[project.markdown_extensions]\nquantlab = {\nmodels = { q4 = 3 } }\n",
        "[project.markdown_extensions.quantlab]\n\nmodels.q4 = 3\n",
        "[project.markdown_extensions.quantlab.models]\n# q4 = 2\nq4 = 3\n",
        '[project.markdown_extensions.quantlab]\n\n[project.markdown_extensions.quantlab."models"]\nq4 = 3\n',
    ],
)
def test_lines_in_toml(source):
    head = '[project]\nextra_css = ["assets/quantlab/quantlab.css"]\nx = "models.q4"\n'
    found = line_of_option(head + source, "models", "q4", is_toml=True)
    assert found == 3 + source[: source.index("q4", source.index("q4 = 2") + 1 if "q4 = 2" in source else 0)].count("\n") + 1  # fmt: skip


SETTINGS = {
    "defaults: {quantization-explorer: {bits: 3,\n bts: 4}}": (2, "unknown option `bts`"),
    "defaults: {quantization-explorer: {bits: 3},\n quantization-explore: {bits: 3}}": (2, "`quantization-explore`"),
    "defaults: {quantization-explorer: {bits: 3},\n quantization-block: 3}": (2, "takes a mapping"),
    "models: {q4: a.gguf,\n q 8: b.gguf}": (2, "a name takes letters"),
    "chat: {seed: 3,\n temprature: 1}": (2, "unknown option `temprature`"),
    "lab: {\n step-stile: badge}": (2, "unknown style"),
    "lab: {}\nwidgets: nowhere": (2, "names the folder `nowhere`"),
    "lab: {}\nmodles: {}": (2, "unknown option `modles`"),
}  # fmt: skip


@pytest.mark.parametrize("text", SETTINGS)
def test_each_mistake_has_its_line(text, tmp_path):
    file = tmp_path / "mkdocs.yml"
    file.write_text("quantlab:\n" + text, encoding="utf-8")
    line, message = SETTINGS[text]
    with pytest.raises(LabError) as caught:
        QuantlabExtension.of_site(file, yaml.safe_load(text)).check()
    assert str(caught.value).startswith(f"mkdocs.yml:{1 + line}: ")
    assert message in str(caught.value)


def test_a_mistake_in_toml_has_its_line(tmp_path):
    file = tmp_path / "zensical.toml"
    text = (
        "[project.markdown_extensions.quantlab.defaults.quantization-explorer]\nbits = 3\nbts = 4\n"
    )
    file.write_text(text, encoding="utf-8")
    settings = tomllib.loads(text)["project"]["markdown_extensions"]["quantlab"]
    with pytest.raises(LabError, match=r"^zensical\.toml:3: `defaults`: "):
        QuantlabExtension.of_site(file, settings).check()


def test_without_a_file_the_name_alone_is_the_place(tmp_path):
    assert place_of_setting(None, "models") == "quantlab"
    assert place_of_setting(tmp_path / "gone.yml", "models") == "quantlab"
    with pytest.raises(LabError, match=r"^quantlab: unknown option `modles`"):
        Markdown(extensions=["quantlab"], extension_configs={"quantlab": {"modles": {}}})
