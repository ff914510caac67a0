# `make demo` shows riskkit at work, `make test` checks it. Both need make and Python 3.11 or newer.

# A Python of another name: make demo PYTHON=python3.12
PYTHON ?= python3
OUT ?= publication

demo-world: OUT := publication-world

# A file of tests stays on one worker, so that what its tests share is made once. A worker that dies is
# not replaced: pytest-xdist 3.8 never ends when one is, and does not say during which test it died.
PYTEST := python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile \
  --no-loadscope-reorder --max-worker-restart 0

# Tests start Python a hundred times: without bytecode, which a variable may forbid, each compiles all it imports.
test test-all test-oldest: export PYTHONDONTWRITEBYTECODE :=
# Arrays of a megabyte are kept for the next ones (glibc): a third less time in the system.
test test-all test-oldest: export MALLOC_MMAP_THRESHOLD_ := 1073741824
test test-all test-oldest: export MALLOC_TRIM_THRESHOLD_ := 1073741824

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-world test test-all benchmark lint docs record test-oldest clean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1 | /p' Makefile | \
	  while IFS='|' read -r name what; do printf '%-20s%s\n' "$$name" "$$what"; done

demo: .venv/installed  ## Install into .venv, rank real countries, show the top of the ranking
	@echo "Forecasting and ranking real countries from the embedded data ..."
	@.venv/bin/riskkit run --set data.kind=base --out "$(OUT)"

demo-world: .venv/installed  ## The same for the simulated world
	@echo "Forecasting and ranking the simulated world ..."
	@.venv/bin/riskkit run --set data.kind=world --set target.indicator=ged_sb --out "$(OUT)"

test: lint  ## Install with the test tools; lint, type check, test, all but what is slow by nature
	@echo "Testing ..."
	@.venv/bin/$(PYTEST) -m "not slow"

test-all: lint  ## The same with every test, as CI does: long guides, many seeds, kills in a loop
	@echo "Testing everything ..."
	@.venv/bin/$(PYTEST)

benchmark: .venv/installed-benchmarks  ## Measure riskkit beside others; fails where a ratio has got worse (10 minutes)
	@.venv/bin/python -m tests.benchmarks

lint: .venv/installed-dev  ## Lint and type check only
	@echo "Linting and type checking ..."
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

docs: .venv/installed-dev  ## Write the pages of docs/ that come from the code
	@.venv/bin/python -m riskkit.cli._reference docs

record: .venv/installed  ## Replay the standard study, and renew the record that comes with riskkit
	@.venv/bin/riskkit replay --config params.yaml --set data.kind=base --from 2010-06 --to 2023-06 --out replay
	@.venv/bin/python -m riskkit.study.shipped replay

test-oldest: .venv-oldest/installed-dev  ## Run every test on the oldest libraries allowed
	@.venv-oldest/bin/$(PYTEST)

clean:  ## Remove the environments and caches; publications stay
	rm -rf .venv .venv-oldest .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find riskkit features tests -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is made once, and its stamps are renewed when the requirements change: a second run
# asks nobody for anything.
.venv/created .venv-oldest/created: %/created:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { echo >&2 \
	  "riskkit needs Python 3.11 or newer, and $(PYTHON) is none: name one, e.g. 'make demo PYTHON=python3.12'"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || { echo >&2 \
	  "$(PYTHON) has no venv module: install it (Debian, Ubuntu: 'apt install python3-venv') and run make again"; exit 1; }
	@echo "Creating $* with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv --clear $*
	@touch $@

# On Linux the package xgboost brings 400 MB of code for graphics cards, which nothing here uses; its twin has
# the same version without; figures may differ a little, and results say which they stand on. No requirement can
# say "one of the two", so that what riskkit requires is installed first, and riskkit after it.
XGBOOST := $(if $(filter Linux,$(shell uname -s)),xgboost-cpu,xgboost)
PIP = $(1)/bin/python -m pip install -qq --no-input --disable-pip-version-check --no-compile

# $(call install,ENVIRONMENT,CONSTRAINTS,EXTRA,XGBOOST); --no-compile leaves modules that nobody imports alone.
define install
@echo "Installing riskkit into $(1) (about a minute; 150 MB to download, 600 MB on disk) ..."
@$(1)/bin/python -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
  extra = project["optional-dependencies"].get("$(3)", []); \
  print(*project["dependencies"], *extra, sep="\n")' \
  | sed 's/^xgboost>=/$(4)>=/' > $(1)/requirements.txt
@$(PIP) --constraint $(2) --requirement $(1)/requirements.txt && $(PIP) --no-deps --editable . || { echo >&2 \
  "riskkit could not be installed, pip says why; the installation needs the network"; exit 1; }
endef

.venv/installed: pyproject.toml constraints.txt | .venv/created
	$(call install,.venv,constraints.txt,,$(XGBOOST))
	@touch $@

# What every test imports is compiled once, and not by each worker of the first run.
IMPORTED := _pytest.assertion.rewrite, dataframely, httpx, polars, pydantic, scipy.stats, sklearn.ensemble, xgboost

.venv/installed-dev: pyproject.toml constraints.txt | .venv/created
	$(call install,.venv,constraints.txt,dev,$(XGBOOST))
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -c "import hypothesis, $(IMPORTED)"
	@touch $@ .venv/installed

.venv/installed-benchmarks: pyproject.toml constraints.txt | .venv/created
	$(call install,.venv,constraints.txt,benchmarks,$(XGBOOST))
	@touch $@ .venv/installed

.venv-oldest/installed-dev: pyproject.toml constraints-oldest.txt | .venv-oldest/created
	$(call install,.venv-oldest,constraints-oldest.txt,dev,xgboost)
	@touch $@
