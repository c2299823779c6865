# Everything a checkout needs. `make serve` and `make test` do all set-up by themselves.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

TORCH := .venv/.torch

.PHONY: serve build fast test slow style check format lock lowest pyodide-next static model bench clean

## Build and serve the documentation and its demo labs on http://127.0.0.1:8000
serve: $(READY) static
	$(BIN)/mkdocs serve --strict --dev-addr 127.0.0.1:8000

## Build the documentation into site/
build: $(READY) static
	$(BIN)/mkdocs build --strict

## A first answer within a minute: style, types and the quick tests, of Python alone, without Node, browser or server
fast: style
	$(BIN)/pytest -n auto --dist loadfile tests/fast

## All that guards a change. tests/oracle has llama.cpp's quantizer from npm, where npm has one for the machine
test: check tests/oracle/node_modules/.package-lock.json | headless firefox webkit nginx
	cd browser && npm run --silent test
	$(BIN)/pytest -n auto --dist loadfile -m "not slow"

## What takes longer: the tests marked `slow`, training among them, and every property with many random examples
slow: $(READY) $(TORCH) static tests/oracle/node_modules/.package-lock.json | headless firefox webkit nginx
	$(BIN)/pytest -m slow
	$(BIN)/pytest -n auto --dist loadfile -m "not slow" --hypothesis-profile full tests/fast tests/oracle

## Style and types of Python
style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

## Style and types of Python, TypeScript and CSS
check: style browser/node_modules/.package-lock.json static
	cd browser && npm run --silent lint && npm run --silent check

## Bring the code into its one format
format: $(READY) browser/node_modules/.package-lock.json
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd browser && npm run --silent format

## The browser files: scripts, style, and the page's Python; nothing is done where they are up to date
static: browser/node_modules/.package-lock.json
	@cd browser && npm run --silent build

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund && mkdir -p node_modules
	touch $@

$(READY): requirements/dev.txt pyproject.toml hatch_build.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# PyTorch, which only training needs: the package and its users do without.
$(TORCH): models/requirements.txt $(READY)
	$(BIN)/python -m pip install --quiet --requirement models/requirements.txt
	touch $@

## Train the drawing model anew and measure its quantizations: some two hours on two cores, goes on where it was ended.
## On a processor with bfloat16 instructions, `make model PRECISION=bfloat16` takes some 80 minutes.
PRECISION ?= float32
model: $(TORCH)
	$(BIN)/python -m models.drawing.train --precision $(PRECISION)
	$(BIN)/python -m models.drawing.export models/drawing/build/model.pt mkdocs_quantlab/builtin_models/drawing-F16.gguf
	$(BIN)/python -m models.drawing.importance
	$(BIN)/python -m mkdocs_quantlab.builtin_models
	$(BIN)/python -m models.drawing.evaluate --dial 0.4 0.5 0.6 0.7
	$(BIN)/python -m models.drawing.evaluate
	$(BIN)/python -m models.drawing.divergence
	$(BIN)/python -m models.drawing.answers

## Run all benchmarks, on a machine with nothing else to do, and keep their results for docs/benchmarks.md: an hour on two cores
bench: $(READY) static | chromium nginx
	$(BIN)/python -m benchmarks

# The tests drive Debian's Chromium without its window: the same engine for half the processor time, since the window is
# itself made of web pages. A machine without it has Chrome.
.PHONY: headless
headless:
	@command -v chromium-headless-shell >/dev/null || command -v google-chrome >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends chromium-headless-shell; }

# Benchmarks drive the browser that people have.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends chromium; }

# A smoke set runs in two other engines: Firefox, and WebKitGTK's browser for Safari's, which needs a screen.
.PHONY: firefox webkit
firefox:
	@command -v firefox-esr >/dev/null || command -v firefox >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends firefox-esr; }
webkit:
	@command -v WebKitWebDriver >/dev/null && command -v Xvfb >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends webkit2gtk-driver xvfb; }

# And nginx, as instructors put it in front of their model servers. Debian keeps it out of users' paths.
.PHONY: nginx
nginx:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends nginx-light; }

## The quick tests with the oldest versions that pyproject.toml allows, in an environment of their own
lowest: $(READY)
	$(BIN)/uv venv --quiet --seed --clear --python $(PYTHON) .venv-lowest
	$(BIN)/uv pip install --quiet --python .venv-lowest --resolution lowest-direct --requirement pyproject.toml --requirement requirements/lowest.in
	$(BIN)/uv pip install --quiet --python .venv-lowest --no-deps --editable .
	.venv-lowest/bin/pytest -n auto --dist loadfile tests/fast

## The tests of the page's Python with the newest Pyodide of npm, alphas included. Changes browser/node_modules and
## browser/src/generated: for a checkout that is thrown away, as the weekly workflow's is
pyodide-next: $(READY) browser/node_modules/.package-lock.json | headless
	cd browser && npm install --no-save --no-audit --no-fund "pyodide@$$(npm view pyodide versions --json | node -p 'JSON.parse(fs.readFileSync(0)).at(-1)')"
	$(BIN)/python browser/build/generate.py
	cd browser && npm run --silent build
	$(BIN)/pytest -n auto --dist loadfile tests/builds/test_page_python.py tests/browser/test_python.py tests/browser/test_code.py tests/browser/test_figures.py

## Pin the development tools anew
lock: $(READY)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --quiet --upgrade requirements/dev.in pyproject.toml --output-file requirements/dev.txt

clean:
	rm -rf .venv .venv-lowest site dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis browser/node_modules tests/oracle/node_modules mkdocs_quantlab/static
