"""The models of a site: where they come from, and what the lock file is good for."""

from __future__ import annotations

import json
import shutil
from functools import partial

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.engine.gguf.named import ModelOf, named_model
from mkdocs_quantlab.engine.views.losses import HistogramOf, LevelsOf
from mkdocs_quantlab.site.models import remote
from mkdocs_quantlab.site.models.lock import NAME, LockError
from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.models.places import ModelError
from mkdocs_quantlab.site.models.resources import SiteResources
from tests import file_server as serve
from tests.builds.conftest import build_folder
from tests.gguf_files import write_gguf
from tests.gguf_writer import big_header

PAGE = "# Lab\n\n<div data-gguf-compare></div>\n"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny-Q4_K_M.gguf")


@pytest.fixture
def site(tmp_path, server, file, monkeypatch):
    """A folder with a local model, and one on a server: names and places."""
    monkeypatch.setattr(remote, "PAUSE", 0.01)
    server.files["/far-Q4_K_M.gguf"] = file.read_bytes()
    shutil.copy(file, tmp_path / "near.gguf")
    named = {"near": "near.gguf", "far": server.url("/far-Q4_K_M.gguf")}
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: x\nplugins: [{{quantlab: {{models: {json.dumps(named)}}}}}]\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path, named


def run(*arguments):
    done = CliRunner().invoke(main, ["gguf", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def models(site):
    folder, named = site
    return Models(named, folder)


def test_local_files_are_read_again_when_they_change(site):
    folder, _ = site
    found = models(site)
    before = found.model("near", pytest.fail)
    assert (before.name, before.file) == ("near", "near.gguf")
    assert found.model("near", pytest.fail) == before
    write_gguf(folder / "near.gguf", layers=3)
    assert len(found.model("near", pytest.fail).tensors) > len(before.tensors)


def test_all_parts_from_any(tmp_path):
    write_gguf(tmp_path / "m.gguf", tensors_a_part=4)
    parts = sorted(path.name for path in tmp_path.iterdir())
    assert len(parts) > 1
    found = Models({"m": parts[-1]}, tmp_path)
    model = found.model("m", pytest.fail)
    assert (model.parts, model.file) == (len(parts), parts[0])
    assert {tensor.name for tensor in model.tensors} == set(found.tensors("m"))
    (tmp_path / parts[1]).unlink()
    with pytest.raises(ModelError, match=f"`m` .*: there is no file .*{parts[1]}"):
        found.model("m", pytest.fail)


def test_a_server_is_asked_once_and_that_is_said(site, server):
    told = []
    found = models(site)
    assert found.model("far", told.append) == found.model("far", told.append)
    assert len(server.requests) == 1
    (said,) = told
    assert said.endswith("and each build will read it again: run `quantlab gguf lock`")
    address = server.url("/far-Q4_K_M.gguf")
    found = models(site)
    found.model(address, told.append)
    assert "name it under `models` in the site's configuration and run" in told[1]


def test_further_files_of_a_model_cost_little(tmp_path, server):
    data = big_header(tokens=100_000, merges=150_000)
    server.files["/a.gguf"] = server.files["/b.gguf"] = data
    found = Models({name: server.url(f"/{name}.gguf") for name in "ab"}, tmp_path)
    first = found.model("a", lambda _: None)
    assert len(server.requests) <= 16
    assert sum(request.sent for request in server.requests) < 1.05 * len(data)
    assert first.metadata["tokenizer.ggml.scores"].digests
    del server.requests[:]
    assert found.model("b", lambda _: None).tensors == first.tensors
    assert len(server.requests) <= 8
    assert sum(request.sent for request in server.requests) <= 500_000


def test_what_is_locked_needs_no_network(site, server):
    near, far = (models(site).model(name, lambda _: None) for name in ("near", "far"))
    assert run("lock") == (0, "near: new\nfar: new\n2 models in quantlab.lock\n")
    server.close()
    assert models(site).model("far", pytest.fail) == far
    (site[0] / "near.gguf").unlink()
    assert models(site).model("near", pytest.fail) == near


@pytest.mark.parametrize(
    ("user", "query"),
    [
        ("me:SEKRET-SEKRET@", ""),
        ("", "?token=SEKRET-SEKRET"),
        ("", "?X-Amz-Date=SEKRET1&X-Amz-Signature=SEKRET-SEKRET"),
    ],
)
def test_no_password_of_an_address_is_repeated(site, server, user, query, monkeypatch):
    """Not in the lock file, nor in what commands and builds print; and the lock file is of use with the next signature."""
    folder, _ = site
    path = f"/private.gguf{query}"
    server.files[path] = server.files["/far-Q4_K_M.gguf"]
    address = server.url(path).replace("//", f"//{user}")
    monkeypatch.setenv("MODEL_URL", address)
    config = "site_name: x\ntheme: mkdocs\nplugins: [{quantlab: {models: {a: !ENV MODEL_URL}}}]\n"
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    pages = folder / "docs"
    pages.mkdir()
    (pages / "index.md").write_text(
        '# Lab\n\n<div data-gguf-compare data-models="a"></div>\n', "utf-8"
    )
    said = []

    def tell(code, output, expected):
        assert code == expected, output
        said.append(output)

    build = partial(build_folder, folder)
    tell(*build(), 0)
    assert "was read over the network" in said[-1]
    tell(*run("show", "a"), 0)
    tell(*run("show", address, "--json"), 0)
    tell(*run("compare", "a", address, "--json"), 0)
    tell(*run("lock", "--check"), 1)
    tell(*run("lock"), 0)
    tell(*run("lock", "--check"), 0)
    server.ways[path] = serve.status(404)
    tell(*run("show", address.replace("/private", "/other")), 2)
    tell(*run("lock"), 2)
    server.ways[path] = serve.whole_and_huge
    tell(*run("lock"), 2)
    doctor = CliRunner().invoke(main, ["doctor", "--json"])
    tell(doctor.exit_code, doctor.output, 1)
    monkeypatch.setenv("MODEL_URL", address.replace("SEKRET", "another"))
    del server.requests[:]
    tell(*build(engine="mkdocs"), 0)
    assert not server.requests, "the lock file has it"
    said += [path.read_text("utf-8") for path in (folder / "site").rglob("*.html")]
    said.append((folder / NAME).read_text("utf-8"))
    assert "***" in said[-1]
    for text in said:
        assert "SEKRET" not in text


def test_an_address_with_a_password_has_no_place_in_a_page(build, server, file):
    server.files["/a.gguf?token=SEKRET"] = file.read_bytes()
    place = server.url("/a.gguf?token=SEKRET")
    page = {"docs/index.md": f'# Lab\n\n<div data-gguf-compare data-models="{place}"></div>\n'}
    code, output, _ = build(page)
    assert code == 1
    assert "index.md:3" in output
    assert "holds a password, a key or a signature" in output
    assert "SEKRET" not in output


def test_the_same_models_lock_to_the_same_bytes(site):
    run("lock")
    first = (site[0] / NAME).read_bytes()
    (site[0] / NAME).unlink()
    run("lock")
    assert (site[0] / NAME).read_bytes() == first
    assert first.decode().count("\n\n") == 3, "a paragraph a model"


def test_a_check_of_the_lock_asks_once_a_file_and_tells_what_changed(site, server):
    assert run("lock", "--check") == (1, "near: new\nfar: new\n")
    run("lock")
    del server.requests[:]
    assert run("lock", "--check") == (0, "")
    assert len(server.requests) == 1
    write_gguf(site[0] / "near.gguf", layers=3)
    server.files["/far-Q4_K_M.gguf"] = (site[0] / "near.gguf").read_bytes()
    before = (site[0] / NAME).read_bytes()
    assert run("lock", "--check") == (1, "near: changed\nfar: changed\n")
    assert (site[0] / NAME).read_bytes() == before
    config = site[0] / "mkdocs.yml"
    config.write_text(config.read_text(encoding="utf-8").replace('"near"', '"x"'), encoding="utf-8")
    assert run("lock")[0] == 0
    assert run("lock", "--check") == (0, "")


def test_a_local_file_that_is_not_there_keeps_its_lock(site):
    run("lock")
    (site[0] / "near.gguf").unlink()
    assert run("lock", "--check") == (0, "")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[:-5], "quantlab.lock cannot be read"),
        (lambda text: "[]", "quantlab.lock cannot be read"),
        (lambda text: '{"version": 1, "models": 3}', "quantlab.lock cannot be read"),
        (lambda text: '{"version": 2}', "has version 2; this version of the plugin reads 1"),
        (lambda text: text.replace('"llama"', '"lama"'), "is damaged in the entry of http.*digest"),
        (lambda text: text.replace('"tensors": "', '"tensors": "A'), "is damaged in the entry of"),
        (lambda text: text.replace('"sha256"', '"sha"'), r"damaged .*\(no `sha256`\)"),
    ],
)
def test_a_damaged_lock(site, damage, message):
    run("lock")
    path = site[0] / NAME
    good = path.read_text(encoding="utf-8")
    path.write_text(damage(good), encoding="utf-8")
    with pytest.raises(LockError, match=message) as caught:
        models(site).model("far", pytest.fail)
    assert str(caught.value).endswith("run `quantlab gguf lock` to write it again")
    assert run("lock")[0] == 0
    assert path.read_text(encoding="utf-8") == good


def test_names_and_places_that_are_not_there(site):
    found = models(site)
    with pytest.raises(LookupError, match="there is no model `nera`"):
        found.model("nera", pytest.fail)
    with pytest.raises(ModelError, match=r"`nera.gguf`: there is no file .*nera.gguf"):
        found.model("nera.gguf", pytest.fail)
    with pytest.raises(ModelError, match=r"`far` \(http.*\): weights are read from local files"):
        found.tensors("far")
    (site[0] / "near.gguf").write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match=r"`near` \(near.gguf\): not a GGUF file"):
        found.model("near", pytest.fail)


def test_figures_note_what_they_asked(site):
    found = models(site)
    resources = SiteResources(found.named, lambda: found, pytest.fail)
    assert named_model(resources, "near").name == "near"
    assert list(resources.found) == [ModelOf("near")]
    found = resources.find(LevelsOf("near", "near"))
    assert set(found) == {tensor.name for tensor in named_model(resources, "near").tensors}
    assert set(found.values()) == {None}, "a copy is exact"
    assert len(resources.find(HistogramOf("near", "near", "blk.0.attn_q.weight"))["before"]) > 2
    json.dumps(resources.to_json(), allow_nan=False)


def test_the_command_line_names_its_errors(site, server):
    assert run("show", "near")[0] == 0
    assert run("show", "neer") == (
        2,
        "Error: there is no model `neer` (did you mean `near`?); mkdocs.yml names `near`, `far`\n",
    )
    code, output = run("-f", "nothing.yml", "show", "near")
    assert (code, output) == (2, "Error: nothing.yml: No such file or directory\n")
    server.ways["/far-Q4_K_M.gguf"] = serve.status(404)
    code, output = run("lock")
    assert code == 2
    assert output.startswith("Error: `far` (http://127.0.0.1")
    assert "404 Not Found: the file does not exist\n" in output


def test_show_for_programs(site):
    (shown,) = json.loads(run("show", "near", "--json")[1])
    assert shown["parameters"] == sum(share["parameters"] for share in shown["shares"])
    assert shown["tensors"][0] == {
        "name": "token_embd.weight", "shape": [256, 40], "type": "Q6_K", "offset": 0, "size": 8400
    }  # fmt: skip


def test_a_site_with_models(build, project, file):
    folder = project({"docs/lab.md": PAGE})
    (folder / "models").mkdir()
    shutil.copy(file, folder / "models/a.gguf")
    config = "plugins: [{quantlab: {models: {a: models/a.gguf}}}]"
    code, output, site = build({"docs/lab.md": PAGE}, config, "mkdocs", "--strict")
    assert code == 0, output
    assert "data-resources=" in (site / "lab/index.html").read_text(encoding="utf-8")


def test_zensical_reads_models_from_the_current_folder(build, project, file):
    folder = project({"docs/lab.md": PAGE})
    shutil.copy(file, folder / "a.gguf")
    config = "markdown_extensions: [{quantlab: {models: {a: a.gguf}}}]"
    code, output, site = build({"docs/lab.md": PAGE}, config, "zensical")
    assert code == 0, output
    assert "data-resources=" in (site / "lab/index.html").read_text(encoding="utf-8")


def test_a_model_that_cannot_be_read_names_the_page(build):
    config = "plugins: [{quantlab: {models: {a: a.gguf}}}]"
    code, output, _ = build({"docs/lab.md": PAGE}, config)
    assert code == 1
    assert "lab.md:3: `a` (a.gguf): there is no file" in output
    assert "Traceback" not in output


def test_an_unlocked_server_fails_a_strict_build(build, server, file):
    server.files["/a.gguf"] = file.read_bytes()
    config = f"plugins: [{{quantlab: {{models: {{a: '{server.url('/a.gguf')}'}}}}}}]"
    code, output, _ = build({"docs/lab.md": PAGE}, config)
    assert code == 0, output
    assert "WARNING" in output
    assert "was read over the network, and each build will" in output
    assert build({"docs/lab.md": PAGE}, config, "mkdocs", "--strict")[0] == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("models: [a.gguf]", "takes a mapping from name to path or address; found"),
        ("models: {a b: a.gguf}", "a name takes letters, digits and any of `_.+-`; found `a b`"),
        ("models: {a: 3}", "`a` takes a path or an address of a GGUF file; found `3`"),
        ("models: {a: x-00004-of-00003.gguf}", "`a` (x-00004-of-00003.gguf): the name says part 4"),
    ],
)
def test_mistakes_in_mkdocs_yml(build, given, message):
    code, output, _ = build({}, f"plugins: [{{quantlab: {{{given}}}}}]")
    assert code == 1
    assert message in output


def test_defaults_read_no_model(build):
    config = (
        "plugins: [{quantlab: {defaults: {gguf-compare: {models: a}}, models: {a: nothing.gguf}}}]"
    )
    assert build({}, config)[0] == 0
    assert "`modles`" in build({}, config.replace("{models: a}", "{modles: a}"))[1]
