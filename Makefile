# Everything a newcomer needs: `make run` to see it, `make test` and `make check` to trust it.
# Needs make and Python 3.11 or newer; the rest is installed into .venv.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input

# A stamp is a copy of the requirements as they were last installed: same bytes, no pip.
STAMP := $(VENV)/installed.txt
DEV_STAMP := $(VENV)/installed-dev.txt

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults mutants screenshots format venv install install-dev app chromium \
	lint formatted types layers dead-code playbooks-valid domain domain-page app-types app-schema audit

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: app ## the demo bank on port 8000 (COUNTERBELL_PORT=... for another)
	@exec env COUNTERBELL_DEMO=1 $(BIN)/python -m backend serve

# Without a Chromium the browser tests fail, and say why; the others are run all the same.
test: install-dev app ## every test (ARGS="-k ladder" for some)
	-@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m pytest $(ARGS)

check: lint formatted types layers dead-code playbooks-valid domain app-types app-schema audit ## the ten below (make -k check goes on after a fault)

bench: install-dev ## measure speed and load
	@$(BIN)/python -m tests.bench $(ARGS)

faults: install-dev ## the long form of the fault tests
	@COUNTERBELL_LONG=1 $(BIN)/python -m pytest tests/faults -n 0 --timeout 3600 $(ARGS)
	@COUNTERBELL_LONG=1 $(BIN)/python -m pytest tests/simulation -n 2 --timeout 36000 $(ARGS)

mutants: install-dev ## switch each rule of the domain off in turn; its tests must fail (ARGS="D4 T1" for some)
	@$(BIN)/python -m tests.mutants $(ARGS)

screenshots: install-dev app chromium ## every page of the web app, into tests/browser/out
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

format: install-dev ## put the code in its standard form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lint: install-dev ## ruff's rules
	@$(BIN)/ruff check .

formatted: install-dev ## ruff's format
	@$(BIN)/ruff format --check .

types: install-dev ## mypy, strict
	@$(BIN)/mypy

layers: install-dev ## imports point one way
	@$(BIN)/lint-imports

dead-code: install-dev ## what nobody calls
	@$(BIN)/vulture

playbooks-valid: install-dev ## every playbook of the library
	@$(BIN)/python -m backend check-playbooks

domain: install-dev ## every demand of the domain is carried and shown by a test
	@$(BIN)/python -m tests.mutants --check

domain-page: install-dev ## docs/domain-coverage.md, written from the table
	@$(BIN)/python -m tests.mutants --page

app-types: install-dev ## vue-tsc, strict
	@$(BIN)/python backend/web/build.py check

app-schema: install-dev ## the web app's types are those of the API's document
	@$(BIN)/python backend/web/build.py drift

audit: install-dev ## known vulnerabilities of the pinned packages
	@$(BIN)/python .ci/audit.py

venv:
	@$(BIN)/python $(NEW_ENOUGH) 2>/dev/null || { \
		$(PYTHON) $(NEW_ENOUGH) 2>/dev/null || { \
			echo "Counterbell needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>/dev/null || echo missing)." >&2; \
			echo "Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }; \
		rm -rf $(VENV); \
		$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; }

install: venv
	@cmp -s requirements.txt $(STAMP) || { \
		echo "Installing the server's packages into $(VENV) ..."; \
		rm -f $(STAMP) $(DEV_STAMP); \
		$(PIP_INSTALL) -r requirements.txt && cp requirements.txt $(STAMP); }

install-dev: venv
	@cat requirements.txt requirements-dev.txt | cmp -s - $(DEV_STAMP) || { \
		echo "Installing the packages for tests and checks into $(VENV) ..."; \
		rm -f $(STAMP) $(DEV_STAMP); \
		$(PIP_INSTALL) -r requirements-dev.txt && cp requirements.txt $(STAMP) && \
		cat requirements.txt requirements-dev.txt > $(DEV_STAMP); }

app: install
	@$(BIN)/python backend/web/build.py

chromium: install-dev
	@$(BIN)/python -m tests.browser.chromium
