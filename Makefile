# Every command of the README on a machine with only Python >= 3.11 and make.
PYTHON ?= python3
ENV ?= local
FAULT ?=
ARGS ?=
VENV := .venv
# The stack in containers is rehearsed too where an engine answers; asked only when `rehearse` is made.
ENGINE = $(if $(shell docker info --format yes 2>/dev/null),$(comma)local-compose)
comma := ,
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help smoke rehearse test check format docs lock bench clean
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

smoke: $(VENV)/smoke.stamp  ## check a deployment: ENV=local (default), FAULT=no-server breaks the replica on purpose
	@$(BIN)/pytest --env=$(ENV) $(if $(FAULT),--fault=$(FAULT)) $(ARGS)

rehearse: $(VENV)/smoke.stamp  ## prove the checks: every fault must be caught, for its own reason
	@$(BIN)/pytest --env=local,local-trading$(ENGINE) --rehearse $(ARGS)

test: $(VENV)/test.stamp  ## the project's own tests
	$(BIN)/pytest tests/unit tests/plugin tests/faults tests/browser tests/containers $(ARGS)

check: $(VENV)/test.stamp  ## lint, types, layers, drift of generated files, workflow files
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m smokegate.environment.document --check
	$(BIN)/python -m smokegate.diagnosis.document --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

docs: $(VENV)/smoke.stamp  ## write the generated pages anew
	$(BIN)/python -m smokegate.environment.document
	$(BIN)/python -m smokegate.diagnosis.document

bench: $(VENV)/test.stamp  ## measure against peers and the physical limit
	$(BIN)/python benchmarks/run.py

lock: $(VENV)/test.stamp  ## renew the pinned requirements
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
		--custom-compile-command "make lock" pyproject.toml --all-extras --group build -o requirements/smoke.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
		--custom-compile-command "make lock" pyproject.toml --constraint requirements/smoke.txt --all-extras --group build --group dev -o requirements/test.txt

clean:  ## remove the virtual environment and what runs left
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "smokegate needs Python 3.11 or newer; %s is %s: call make with PYTHON=python3.12, say" % (sys.executable, sys.version.split()[0]))'
	@$(PYTHON) -m venv $(VENV) || { echo "could not make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo "Installing what requirements/$*.txt pins …"
	@$(PIP) install --require-hashes -r requirements/$*.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@
