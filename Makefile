# The only runner. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv keeps its own cache; the environment is complete when this file is newer than both.
READY := $(VENV)/.ready

export RASA_TELEMETRY_ENABLED := false
# A fresh start should not compile 10,000 files while a parent waits.
export UV_COMPILE_BYTECODE := 1
export PYTHONWARNINGS := ignore
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help setup run chat helpdesk-demo purge demo-data privacy train test evaluate compare card variety content lint format check bench bench-metrics dashboard web clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## install everything into .venv

$(READY): pyproject.toml uv.lock $(shell find stubs -name '*.py' -o -name '*.pth' -o -name 'pyproject.toml')
	@$(PYTHON) tools/check_machine.py
	@echo "Setting up (once, about a minute)..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"
	@$(BIN)/uv sync --frozen --python $(BIN)/python
	@touch $(READY)

run: $(READY) ## train if needed, then serve on http://127.0.0.1:5005 (PORT=... changes it)
	@$(BIN)/python -m bot.server --check
	@$(BIN)/python -m bot.train
	@exec $(BIN)/python -m bot.server

chat: $(READY) ## talk to the bot in the terminal
	@$(BIN)/python -m bot.train
	@$(BIN)/python -m bot.chat

helpdesk-demo: $(READY) ## show a real helpdesk with the bot beside it (Ctrl-C ends both)
	@$(BIN)/python -m bot.train
	@exec $(BIN)/python tools/helpdesk_demo.py

purge: $(READY) ## fold, publish and delete what is due in the metrics database
	@$(BIN)/python tools/purge.py

demo-data: $(READY) ## make up a year of figures in demo/metrics.db, to look at (ARGS=--help)
	@$(BIN)/python tools/demo_data.py $(ARGS)

privacy: $(READY) ## write times, tables and figures into the privacy papers
	@$(BIN)/python tools/write_privacy_papers.py

train: $(READY) ## train the model if anything it is made of has changed
	@$(BIN)/python -m bot.train

test: $(READY) ## run every test and check
	@$(BIN)/python -m bot.train
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest $(ARGS)

check: $(READY) lint content ## lint, types, import contracts and content

lint: $(READY) ## ruff, mypy and the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## let ruff rewrite the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

content: $(READY) ## check every card, contact and source
	@$(BIN)/python -m bot.guidance.checks

evaluate: $(READY) ## score a labelled set: make evaluate SET=file.jsonl [OUT=folder]
	@$(BIN)/python -m bot.train
	@$(BIN)/python -m benchmarks.evaluate $(SET) $(OUT)

compare: $(READY) ## compare features, encoders and amounts of data (ten minutes)
	@$(BIN)/python -m benchmarks.compare

card: $(READY) ## measure the open test set and write it into docs/model-card.md
	@$(BIN)/python -m bot.train
	@$(BIN)/python -m benchmarks.model_card

variety: $(READY) ## find messages that are too much like others
	@$(BIN)/python -m benchmarks.variety

bench: $(READY) ## measure speed, and the public sets in DATA=folder (STOCK=1 beside stock Rasa)
	@$(BIN)/python -m bot.train
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.yardsticks $(DATA) $(if $(STOCK),--stock)

bench-metrics: $(READY) ## measure counting, folding and reading at a million turns (ten minutes)
	@$(BIN)/python -m benchmarks.metrics $(ARGS)

dashboard: $(READY) ## write docs/examples/grafana-dashboard.json anew
	@$(BIN)/python tools/write_dashboard.py

web: $(READY) ## check and build the web chat's script (needs Node.js)
	@$(BIN)/python tools/write_people.py
	@cd bot/web && npm ci --loglevel=error --no-audit --no-fund && npm run --silent check && npm run --silent build

clean: ## remove what was built, keep the data
	rm -rf $(VENV) models .rasa
