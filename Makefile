# Two commands for a newcomer: `make run` makes the report on the sample, `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin
SAMPLE := data/sample/README.md

# One processor's widest instructions round powers and logarithms otherwise than another's: a fen in forty trillion
# yuan, but a sample and stored outputs ought to be the same everywhere.
ifeq ($(shell uname -m),x86_64)
export NPY_DISABLE_CPU_FEATURES := X86_V4 AVX512_ICL AVX512_SPR
endif

.PHONY: run test check lab bench notebooks lock offline clean

run: .venv/ready $(SAMPLE)
	$(BIN)/qmcb run params/sample.yaml

test: .venv/ready $(SAMPLE)
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder --nbval

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: .venv/ready $(SAMPLE)
	$(BIN)/jupyter lab notebooks

bench: .venv/bench
	$(BIN)/python -m benchmarks

# The environment is made anew when the lock or the project's file changes.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "qmcb: expected Python 3.11 to 3.13; found $$($(PYTHON) -V 2>&1); run make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The peer to measure against.
.venv/bench: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e .[bench]
	@touch $@

$(SAMPLE): .venv/ready
	$(BIN)/qmcb sample data/sample

# After a change of a notebook: store its outputs, which `make test` compares.
notebooks: .venv/ready $(SAMPLE)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/*.ipynb

lock:
	$(BIN)/uv pip compile pyproject.toml --extra lab --extra dev --universal --fork-strategy fewest \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements.lock

# Wheels for Linux on x86-64 and ARM and for Windows, to install from where there is no network.
offline: .venv/ready
	$(BIN)/python deploy/offline.py out/offline

clean:
	rm -rf .venv data/sample out
