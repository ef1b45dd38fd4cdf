# Every command of the README on a machine with only Python >= 3.11 and make.
PYTHON ?= python3
ENV ?= local
FAULT ?=
ARGS ?=
VENV := .venv
# The stack in containers is rehearsed too where an engine answers; checked only when `rehearse` runs. The client's output proves
# nothing (`docker info` prints its format without an engine), its exit code does.
ENGINE = $(shell docker version --format '{{.Server.Version}}' >/dev/null 2>&1 && echo $(comma)local-compose)
comma := ,
BIN := $(VENV)/bin
TESTS := $(wildcard tests/unit tests/plugin tests/faults tests/field tests/edges tests/hostile tests/browser tests/containers tests/packaging)
# A test that hangs is stopped and named instead of holding up the run.
LIMIT := --timeout=300
# What shares an engine, a browser or a rehearsal stays together on one worker: see tests/conftest.py.
PARALLEL = pytest -p no:cacheprovider -n $(WORKERS) --dist loadgroup $(LIMIT)
WORKERS ?= 3
# The tests start hundreds of processes: without compiled files each of them would compile the whole package.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help smoke rehearse test check check-all field docs lock bench clean
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

smoke: $(VENV)/smoke.stamp  ## check a deployment: ENV=local (default), FAULT=no-server breaks the replica on purpose
	@$(BIN)/pytest --env=$(ENV) $(if $(FAULT),--fault=$(FAULT)) $(ARGS) || { code=$$?; \
		echo "exit code $$code (make itself always ends with 2: a script or gate calls $(BIN)/smokegate run $(ENV))"; exit $$code; }

rehearse: $(VENV)/smoke.stamp  ## prove the checks: every fault must be caught, for its own reason
	@engine='$(ENGINE)'; [ -n "$$engine" ] || echo "left out: local-compose (no Docker engine answers)"; \
		$(BIN)/pytest --env=local,local-trading,local-platform,local-browser,local-trading-browser$$engine --rehearse $(ARGS)

test: $(VENV)/test.stamp  ## the project's own tests
	$(BIN)/$(PARALLEL) -m "not slow" $(TESTS) $(ARGS)

check-all: check test  ## what takes long, too: slow tests, mutations, coverage, other versions of Python
	$(BIN)/$(PARALLEL) -m slow $(TESTS)
	$(BIN)/python tests/hostile/fuzz.py 10
	$(BIN)/python tests/mutation/run.py
	$(BIN)/coverage erase
	$(BIN)/coverage run -m $(PARALLEL) -m "not slow" tests/unit tests/plugin
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/python tests/versions.py

field: $(VENV)/test.stamp  ## the field cases: what is said of deployments that no one here wrote
	$(BIN)/python tests/field/run.py $(ARGS)

check: $(VENV)/test.stamp  ## lint, types, layers, drift of generated files, workflow files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m smokegate.environment.document --check
	$(BIN)/python -m smokegate.diagnosis.document --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml docs/recipes/github-*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci docs/recipes/gitlab-ci.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/actionlint -no-color .github/workflows/*.yml docs/recipes/github-*.yml
	$(BIN)/zizmor --quiet --offline --no-progress --persona=pedantic .github action.yml docs/recipes/github-*.yml

docs: $(VENV)/smoke.stamp  ## write the generated pages anew
	$(BIN)/python -m smokegate.environment.document
	$(BIN)/python -m smokegate.diagnosis.document

bench: $(VENV)/test.stamp  ## measure against peers and the physical limit
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/report_page.py

lock: $(VENV)/test.stamp  ## pin what pyproject.toml asks for; UPGRADE=--upgrade takes the newest of everything
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url $(UPGRADE) \
		--custom-compile-command "make lock" pyproject.toml --extra replica --extra containers --group build -o requirements/smoke.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" pyproject.toml --constraint requirements/smoke.txt --group build -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url $(UPGRADE) \
		--custom-compile-command "make lock" pyproject.toml --constraint requirements/smoke.txt --extra replica --extra containers --extra browser --extra blueprint --group build --group dev -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --constraint requirements/test.txt --group install -o requirements/install.txt

clean:  ## remove the virtual environment and what runs left
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "smokegate needs Python 3.11 or newer; %s is %s: call make with PYTHON=python3.12, say" % (sys.executable, sys.version.split()[0]))'
	@$(PYTHON) -m venv $(VENV) || { echo "could not make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo "Installing what requirements/$*.txt pins …"
	@$(PIP) install --require-hashes -r requirements/install.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/$*.txt || { \
		echo "uv, which reads no configuration of pip's, could not: pip tries …"; \
		$(PIP) install --require-hashes -r requirements/$*.txt; }
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@
