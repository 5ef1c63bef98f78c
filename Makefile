# GNU make, 3.81 or newer. pip's own environment variables (PIP_EXTRA_INDEX_URL and so on) are honoured.
PYTHON ?= python3
PORT ?= 8501
# Passed on to pytest: make test ARGS="-k citation"
ARGS ?=
# What is installed for the tests: EXTRAS=dev,ocr runs those of recognising pictures, too.
EXTRAS ?= dev
# The torch that `make constraints` keeps to.
TORCH ?= $(shell sed -n 's/^torch==//p' constraints.txt)

BIN := .venv/bin
RUNTIME := .venv/.installed-runtime
DEV := .venv/.installed-dev
BENCH := .venv/.installed-bench
PEERS := build/peers/.installed
READERS := build/readers/.installed
# Folders of question sets, and where their results go: see benchmarks/README.md.
DATA ?=
DOCUMENTS ?=
RESULTS ?= benchmarks/results
SOURCES := $(wildcard index ingest chat benchmarks streamlit_app.py)

# Makes .venv unless one that works is there. A half-made one (no pip in it) is made anew.
define environment
@$(BIN)/python -c 'import pip' 2>/dev/null || { \
  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
    echo "Python 3.11 or newer is needed; '$(PYTHON) -V' says: $$($(PYTHON) -V 2>&1). Name another one: make PYTHON=python3.12" >&2; exit 1; }; \
  $(PYTHON) -m venv --clear .venv; }
endef

.PHONY: help run test check index explain bench bench-peers bench-readers torture constraints clean
.NOTPARALLEL:

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME)  ## Install, index corpus/ and open the app on http://localhost:8501 (PORT=...)
	@$(BIN)/python -m ingest || { test $$? -eq 1 && echo "Not everything was indexed (see above); the app opens all the same." >&2; }
	@echo "The app: http://localhost:$(PORT) (Ctrl-C ends it)"
	$(BIN)/python -m streamlit run streamlit_app.py --server.port $(PORT)

test: $(DEV)  ## Run the tests (ARGS="-k words" to choose)
	$(BIN)/python -m pytest $(ARGS)

check: $(DEV)  ## Lint, formatting, types, docstrings and the import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/pydoclint -q $(SOURCES)
	$(BIN)/lint-imports --no-logo

index: $(RUNTIME)  ## Index what changed in corpus/
	$(BIN)/python -m ingest

explain: $(DEV)  ## Write docs/explain.md anew: how ten answers are found
	$(BIN)/python -m tests.explain

bench: $(BENCH)  ## Measure on question sets (DATA="DIR ..."; see benchmarks/README.md)
	@test -n "$(DATA)" || { echo 'Name the question sets: make bench DATA="DIR ..."' >&2; exit 2; }
	$(BIN)/python -m benchmarks.suite --out $(RESULTS) $(DATA)

bench-peers: $(BENCH) $(PEERS)  ## Measure other tools on the same sets (DATA="DIR ...")
	@test -n "$(DATA)" || { echo 'Name the question sets: make bench-peers DATA="DIR ..."' >&2; exit 2; }
	$(BIN)/python -m benchmarks.suite --peers --out $(RESULTS) $(DATA)

bench-readers: $(BENCH) $(READERS)  ## Compare the words of documents with other readers (DOCUMENTS="DIR ...")
	@test -n "$(DOCUMENTS)" || { echo 'Name folders of documents: make bench-readers DOCUMENTS="DIR ..."' >&2; exit 2; }
	$(BIN)/python -m benchmarks.known_truth --out $(RESULTS)/known_truth.json
	$(BIN)/python -m benchmarks.readers $(addprefix --data ,$(DOCUMENTS)) --out $(RESULTS)/readers.json

torture: $(RUNTIME)  ## Kill an ingest 50 times, replace an index under 2,000 questions; look at what is left
	$(BIN)/python -m benchmarks.kill --out $(RESULTS)/kill.json
	$(BIN)/python -m benchmarks.replace --out $(RESULTS)/replace.json

constraints:  ## Write constraints.txt anew from the newest releases (torch stays: TORCH=...)
	$(PYTHON) -m venv --clear build/constraints
	build/constraints/bin/python -m pip install ".[dev,bench,ocr]" "torch==$(TORCH)"
	{ sed -n '/^#/p' constraints.txt; \
	  build/constraints/bin/python -m pip list --format=freeze --exclude pip --exclude setuptools --exclude policy-chat \
	    | sed -e 's/+.*//' -e '/^nvidia-/d' -e '/^cuda-/d' -e '/^triton=/d'; } > build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/constraints

clean:  ## Remove the environment, caches and build output; the index in var/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): pyproject.toml constraints.txt
	$(environment)
	$(BIN)/python -m pip install -e . -c constraints.txt
	@touch $@

$(DEV): pyproject.toml constraints.txt
	$(environment)
	$(BIN)/python -m pip install -e ".[$(EXTRAS)]" -c constraints.txt
	@touch $(RUNTIME) $@

$(BENCH): pyproject.toml constraints.txt
	$(environment)
	$(BIN)/python -m pip install -e ".[bench]" -c constraints.txt
	@touch $(RUNTIME) $@

# Of their own: what they need must not decide what we run with. Only torch is the same build.
$(PEERS): benchmarks/peers/requirements.txt
	$(PYTHON) -m venv --clear build/peers
	build/peers/bin/python -m pip install -r $< "torch==$(TORCH)"
	@touch $@

$(READERS): benchmarks/peers/readers_requirements.txt
	$(PYTHON) -m venv --clear build/readers
	build/readers/bin/python -m pip install -r $<
	@touch $@
