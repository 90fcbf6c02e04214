# The one door to the project's commands. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
# Each process would look through all packages for plugins, a tenth of its start; there are none.
export PYDANTIC_DISABLE_PLUGINS := __all__

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests setup-bench words run demo test test-unit lint bench docs lock clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing (at once if nothing is)
	@$(PYTHON) -m deploy.setup

setup-tests: ## Install what the tests need, too
	@$(PYTHON) -m deploy.setup --tests

run: setup ## Start everything, play the main job, stay up until Ctrl-C
	@$(BIN)/python -m deploy.local up

demo: setup ## Play the main job once and end; make demo PHOTOS="a.jpg b.jpg" takes your photographs
	@$(BIN)/python -m deploy.local demo $(PHOTOS)

test: setup-tests ## Every test, on live servers
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-unit: setup-tests ## The tests that need no server
	@$(BIN)/python -m pytest tests/unit tests/contract tests/architecture

lint: setup ## Style, types and the rules between the modules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

setup-bench:
	@$(PYTHON) -m deploy.setup --bench

bench: setup-bench ## Measure our own path beside its floor
	@$(BIN)/python -m bench events
	@$(BIN)/python -m bench pages
	@$(BIN)/python -m bench answers

docs: setup ## Write the event catalogue and the HTTP description into docs/
	@$(BIN)/python -m services catalogue

words: setup ## Gather the pages' words, and bring every catalogue up to date for its translators
	@$(BIN)/python -m services.gateway.pages

lock: ## Bring the lock files in line with pyproject.toml; UPGRADE=--upgrade takes newer versions
	@test -x $(BIN)/uv || { $(PYTHON) -m venv .venv && $(BIN)/pip install --quiet uv; }
	@$(BIN)/uv pip compile --quiet $(UPGRADE) --extra local --extra dev --output-file requirements-dev.lock pyproject.toml
	@cp requirements-dev.lock requirements.lock # the same versions: containers run what was tested
	@$(BIN)/uv pip compile --quiet --output-file requirements.lock pyproject.toml

clean: ## Remove all that setup and run made here, the local data included
	@$(PYTHON) -m deploy.setup.clean
