# `make help` lists what there is. Only Python 3.11 or newer, make and git are needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench faults lock vendor translations

# The first Python that the lock serves; PYTHON=... chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	2>/dev/null && echo $$name && break; done)
NATIVE := if [ -f .native/env ]; then . ./.native/env; fi;
VENV := $(NATIVE) exec .venv/bin/python

# Every process would compile the whole program again: three seconds each.
unexport PYTHONDONTWRITEBYTECODE

define SETUP
@if [ -z "$(PYTHON)" ]; then \
	echo "需要 Python 3.11 至 3.14。Python 3.11 to 3.14 is needed; found: $$(python3 --version 2>&1 || echo none)." >&2; \
	exit 2; fi
@"$(PYTHON)" tools/setup.py
endef

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

setup: ## Install what running needs, and nothing else
	$(SETUP) run

run: ## Set up, build the demo book once, start web and worker (PORT=8000)
	$(SETUP) run
	@$(VENV) tools/run.py

test: ## Set up and run every test; what the machine lacks is skipped with its reason
	$(SETUP) test
	@$(VENV) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: ## Lint, format, types, import contracts, migrations, translations, what is in git
	$(SETUP) test
	@$(VENV) tools/check.py

bench: ## Measure against the stated figures on a million loans (QUICK=1: a tenth of them)
	$(SETUP) test
	@$(VENV) -m tests.bench $(if $(QUICK),--quick) $(ARGS)

faults: ## Kill, fill, drop and delay: the tests that break things on purpose, in their long form
	$(SETUP) test
	@$(NATIVE) RECOVERY_FAULTS=long exec .venv/bin/python -m pytest -n 0 -s -m faults $(ARGS)

lock: ## Resolve every dependency again and write requirements.lock
	$(SETUP) test
	@$(VENV) tools/lock.py

vendor: ## Bring the served front-end files up to date (after a new icon or package)
	$(SETUP) run
	@$(VENV) tools/vendor.py

translations: ## Collect new sentences into the catalogues and compile them
	$(SETUP) test
	@$(VENV) tools/translations.py update
	@$(VENV) tools/translations.py compile
