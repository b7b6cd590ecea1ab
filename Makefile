# dealflow: every target makes the virtual environment that it needs.
# `make demo PYTHON=python3.12` takes another interpreter, `make test JOBS=1` one process.

PYTHON ?= python3
VENV ?= .venv
BENCH_VENV ?= .venv-bench
LOWEST_VENV ?= .venv-lowest
JOBS ?= auto

BIN := $(VENV)/bin
LOCALE := src/dealflow/wording/locale
LANGUAGES := zh_CN
DEV := $(VENV)/.dev
BENCH := $(BENCH_VENV)/.bench
LOWEST := $(LOWEST_VENV)/.lowest
# What runs dealflow: the development environment where there is one, as it holds all that running needs.
RUN := $(if $(wildcard $(DEV)),$(DEV),$(VENV)/.run)

PIP_INSTALL := -m pip --disable-pip-version-check install -qq
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header -q $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test cov playbooks lowest slow lint format types imports docs mutants soundness bench lock messages changelog clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# --- environments -----------------------------------------------------------------------------------------------------

# $(call environment,directory,lock name): a stamp inside the environment says which lock it was made from.
define environment
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo 'dealflow needs Python 3.11 or newer: make ... PYTHON=python3.12' >&2; exit 1; }
@echo 'Installing requirements/$(2).txt into $(1) ...'
@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
@$(1)/bin/python $(PIP_INSTALL) --require-hashes --only-binary :all: -r requirements/$(2).txt
@$(1)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --no-index -e .
@touch $@
endef

$(VENV)/.run: requirements/run.txt pyproject.toml
	$(call environment,$(VENV),run)

$(DEV): requirements/dev.txt pyproject.toml
	$(call environment,$(VENV),dev)

$(BENCH): requirements/bench.txt pyproject.toml
	$(call environment,$(BENCH_VENV),bench)

$(LOWEST): requirements/lowest.txt pyproject.toml
	$(call environment,$(LOWEST_VENV),lowest)

# --- use --------------------------------------------------------------------------------------------------------------

CLOSED := examples/data/closed_deals

demo: $(RUN) ## see a deal go through the steps, then a backtest on made-up closed deals
	@echo '$$ dealflow demo'
	@$(BIN)/dealflow demo
	@echo
	@echo '$$ dealflow backtest $(CLOSED).csv --mapping $(CLOSED).toml'
	@$(BIN)/dealflow backtest $(CLOSED).csv --mapping $(CLOSED).toml

# --- checks -----------------------------------------------------------------------------------------------------------

# Tests start processes: without bytecode files each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# A document's examples build on each other: `loadfile` keeps them in one process, in order.
TESTS := -m pytest -q -n $(JOBS) --dist loadfile

test: $(DEV) ## run the tests and every example of the documentation
	@$(BIN)/python $(TESTS)

cov: $(DEV) ## run the same traced: branch coverage must be 100 %; pages of it go to build/coverage
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run $(TESTS)
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage html -q --fail-under=0
	@$(BIN)/coverage report
	@echo 'build/coverage/index.html'

EVERYTHING := steps:100,moves:100,refusals:100,guards:100,reasons:100,questions:100,mcdc:100

# In one process: what a test saw of a deal is judged again under every fault.
playbooks: $(DEV) ## test the shipped playbook: all of it is covered, and no fault put into it goes unnoticed
	@$(BIN)/python -m pytest -q tests/seven_step --dealflow-mutate --dealflow-cov --dealflow-cov-fail-under=$(EVERYTHING)

lowest: $(LOWEST) ## run the tests on the oldest versions of other libraries that pyproject.toml allows
	@$(LOWEST_VENV)/bin/python $(TESTS) --ignore tests/test_layers.py

slow: $(DEV) ## run the slow tests, and every property on many more examples
	@$(BIN)/python -m pytest -q -m 'slow or hypothesis' --hypothesis-profile thorough --durations 20 -n $(JOBS)

lint: $(DEV) ## check style and formatting
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check . || { echo 'Not formatted: run `make format`.' >&2; exit 1; }
	@echo 'Style and formatting are clean.'

format: $(DEV) ## mend what can be mended by itself
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/ruff format .

types: $(DEV) ## check types with mypy --strict and basedpyright
	@$(BIN)/mypy
	@$(BIN)/basedpyright

imports: $(DEV) ## check that imports only go down
	@$(BIN)/lint-imports --no-cache --no-logo

docs: $(DEV) ## build the documentation; every warning is an error
	@$(BIN)/sphinx-build -q -W --keep-going -E -b html docs build/docs
	@echo 'build/docs/index.html'

SAMPLE ?= 1500
SEED ?= 1

mutants: $(DEV) ## change the code on purpose, SAMPLE times, and see whether the tests notice
	@PYTHONPATH=tools $(BIN)/python -m mutants --sample $(SAMPLE) --seed $(SEED) \
		$(if $(ONLY),--only $(ONLY)) $(if $(JUDGES),--tests $(JUDGES))

CONDITIONS ?= 20000

soundness: $(DEV) ## play deals under CONDITIONS random conditions, and list what is wrongly called impossible
	@PYTHONPATH=tools:. $(BIN)/python -m soundness --conditions $(CONDITIONS)

bench: $(BENCH) ## measure, against other libraries, in an environment of its own
	@$(BENCH_VENV)/bin/python benchmarks/run.py

# --- upkeep -----------------------------------------------------------------------------------------------------------

# The locks agree: run and bench are held to what dev found. In lowest the libraries that pyproject.toml names are as old as
# it allows (--upgrade, as otherwise the lock from before would count), and the rest is what dev found.
EXTRAS := ../pyproject.toml --extra analysis --extra cli --extra log --extra toml
lock: ## resolve requirements/*.txt anew (UPGRADE=1: to the newest versions)
	@tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && \
	$(PYTHON) -m venv "$$tmp" && "$$tmp/bin/python" $(PIP_INSTALL) uv && PATH="$$tmp/bin:$$PATH" && cd requirements && \
	for name in dev run bench; do \
		test $$name = dev && held= || held='-c dev.txt'; \
		$(LOCK) $(EXTRAS) $$name.in $$held -o $$name.txt >/dev/null || exit 1; \
	done && \
	$(LOCK) $(EXTRAS) --extra test --no-deps --no-generate-hashes | sed -n 's/^\([^ ]*==\).*/^\1/p' >"$$tmp/named" && \
	sed -n 's/^\([^ ]*==[^ ]*\).*/\1/p' dev.txt | grep -v -f "$$tmp/named" >"$$tmp/tools" && \
	$(LOCK) $(EXTRAS) --extra test lowest.in -c "$$tmp/tools" --resolution lowest-direct --upgrade -o lowest.txt >/dev/null && \
	for name in dev run bench lowest; do \
		echo "requirements/$$name.txt: $$(grep -c '==' $$name.txt) packages"; \
	done

messages: $(DEV) ## collect, update and compile the translated messages
	@mkdir -p $(LOCALE)
	@PYTHONPATH=.$(if $(PYTHONPATH),:$(PYTHONPATH)) $(BIN)/pybabel -q extract -F tools/messages.cfg --project=dealflow --copyright-holder='dealflow maintainers' \
		--sort-by-file --no-wrap -k message -k joined -c 'Translators:' -o $(LOCALE)/dealflow.pot src/dealflow
	@for language in $(LANGUAGES); do \
		test -f $(LOCALE)/$$language/LC_MESSAGES/dealflow.po && verb='update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date' || verb=init; \
		$(BIN)/pybabel -q $$verb --no-wrap -D dealflow -d $(LOCALE) -l $$language -i $(LOCALE)/dealflow.pot || exit 1; \
	done
	@$(BIN)/pybabel compile --statistics -D dealflow -d $(LOCALE)
	@$(BIN)/pybabel compile --statistics -D dealflow-click -d src/dealflow/cli/locale

changelog: $(DEV) ## show what changelog.d adds to the next release
	@$(BIN)/towncrier build --draft

clean: ## remove what the targets made, environments included
	@rm -rf $(VENV) $(BENCH_VENV) $(LOWEST_VENV) build dist .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
