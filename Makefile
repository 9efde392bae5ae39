# Every target says what it does and leaves the work to tools/c360.py.
# Variables given on the command line reach it through the environment:
#     make db DB=x DEMO=1

PYTHON ?= python3
C360 = $(PYTHON) tools/c360.py

.DEFAULT_GOAL := help
.PHONY: help demo setup db update drop shell serve psql test test-odoo test-tools bench \
	lint screenshots format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: ## Everything needed, then the demo on 127.0.0.1:8069 (PORT=n)
	@$(C360) demo

setup: ## Get Odoo, its requirements and PostgreSQL, and build the template database
	@$(C360) setup

db: ## A fresh database with the addon: DB=name [DEMO=1]
	@$(C360) db

update: ## Update the addons of a database after a change: DB=name
	@$(C360) update

drop: ## Drop a database made here: DB=name
	@$(C360) drop

shell: ## An Odoo shell (reads a script from standard input): DB=name
	@$(C360) shell

serve: ## Serve a database on 127.0.0.1: DB=name [PORT=n] [WORKERS=n]
	@$(C360) serve

psql: ## An SQL prompt: DB=name
	@$(C360) psql

test: ## Everything needed, then lint, benchmarks at smoke size, all tests
	@$(C360) test

test-odoo: ## Tests on a kept database: [TESTS=path] [ARGS="-k word"] [DB=name]
	@$(C360) test-odoo

test-tools: ## Tests of this set-up alone: [ARGS="-k word"]
	@$(C360) test-tools

bench: ## Benchmarks: [SMOKE=1] [ARGS="..."] [DB=name]
	@$(C360) bench

lint: ## ruff, pylint-odoo, OCA checks, prettier, eslint
	@$(C360) lint

screenshots: ## The pictures of the README, from a demo that is served: [PORT=n]
	@$(C360) screenshots

format: ## Let ruff, prettier and eslint correct what they can
	@$(C360) format

lock: ## Renew tools/constraints.txt from tools/requirements.txt
	@$(C360) lock

clean: ## Remove this checkout's databases (ALL=1: the whole cache as well)
	@$(C360) clean
