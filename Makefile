# Everything a checkout needs. `make serve` and `make test` do all set-up by themselves.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

TORCH := .venv/.torch

.PHONY: serve build test slow check format lock static model bench clean

## Build and serve the documentation and its demo labs on http://127.0.0.1:8000
serve: $(READY) static
	$(BIN)/mkdocs serve --strict --dev-addr 127.0.0.1:8000

## Build the documentation into site/
build: $(READY) static
	$(BIN)/mkdocs build --strict

## Run all checks and tests; tests/oracle has llama.cpp's quantizer from npm, where npm has one for the machine
test: check tests/oracle/node_modules/.package-lock.json | chromium nginx
	cd browser && npm run --silent test
	$(BIN)/pytest -n auto --dist loadfile -m "not slow"

## Run the tests that take minutes, training among them
slow: $(TORCH) static tests/oracle/node_modules/.package-lock.json | chromium nginx
	$(BIN)/pytest -m slow

## Types and style, of Python and of TypeScript
check: $(READY) static
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd browser && npm run --silent check

## Bring the code into its one format
format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## The browser files: scripts, style, and the page's Python; nothing is done where they are up to date
static: browser/node_modules/.package-lock.json
	@cd browser && npm run --silent build

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund && mkdir -p node_modules
	touch $@

$(READY): requirements/dev.txt pyproject.toml hatch_build.py | static
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

# The tests drive a real browser: the one that is there, or Debian's.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends chromium; }

# And nginx, as instructors put it in front of their model servers. Debian keeps it out of users' paths.
.PHONY: nginx
nginx:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { \
	  sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update -qq && $$sudo apt-get install -qq -y --no-install-recommends nginx-light; }

## Pin the development tools anew (needs uv: `pip install uv`)
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --quiet --upgrade requirements/dev.in pyproject.toml --output-file requirements/dev.txt

clean:
	rm -rf .venv site dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis browser/node_modules tests/oracle/node_modules mkdocs_quantlab/static
