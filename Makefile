# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

.DEFAULT_GOAL := help
.PHONY: help demo test setup simulator docs screenshot lint unit integration molecule browser oldest matrix sanity importer bench bench-fleet bench-assignments bench-root-users release clean

scenario ?= --all
BIN := .venv/bin
# What Python compiles is kept, and not in the checkout. Else every process compiles Ansible and boto3 anew.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv-pycache
unexport PYTHONDONTWRITEBYTECODE

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## The main job on an emulated account, from nothing
	@tools/demo.sh

test: setup ## Everything below
	@tools/test.sh

setup:
	@tools/bootstrap.sh dev .venv

simulator:
	@tools/simulator.sh

lint: setup ## ruff, mypy, ansible-lint, licences, documentation, changelog and workflows
	@tools/lint.sh

docs: setup ## Write what is generated in the documentation, and build its site in dist/site
	@tools/docs.sh
	@tools/site.sh dist/site

screenshot: ## Take the picture of the access report in docs/ anew
	@tools/screenshot.sh

unit: setup simulator ## Unit tests
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/unit

integration: setup ## Whole playbooks against moto server
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/integration

molecule: setup simulator ## The scenarios, or one: make molecule scenario=admin_group
	@tools/molecule.sh .venv $(scenario)

browser: setup ## The access report in headless Chromium
	@tools/browser.sh

oldest: ## The bootstrap scenario on the oldest supported versions
	@tools/bootstrap.sh --python 3.11 --core oldest dev .venv-oldest
	@tools/molecule.sh .venv-oldest bootstrap

matrix: ## Sanity, unit tests and that scenario on each supported pair, or on one: make matrix pair="3.12 2.20"
	@tools/matrix.sh $(pair)

sanity: setup ## ansible-test sanity
	@tools/ansible_test.sh .venv sanity

importer: setup ## Build the collection and read it as Galaxy would
	@tools/importer.sh

bench: setup ## Times, calls and memory beside amazon.aws and bare boto3
	@PYTHONPATH=tests:tools $(BIN)/python -m benchmark

bench-fleet: setup ## Processor time of an organization beside amazon.aws
	@PYTHONPATH=tests:tools $(BIN)/python -m benchmark.accounts

bench-assignments: setup ## Many assignments of IAM Identity Center beside a loop of single requests
	@PYTHONPATH=tests:tools $(BIN)/python -m benchmark.assignments

bench-root-users: setup ## The cost of an account in an audit of root users
	@PYTHONPATH=tests:tools $(BIN)/python -m benchmark.root_users

release: setup ## Make a version of the changelog's fragments: make release version=1.2.3
	@tools/release.sh $(version)

clean: ## Remove what the other targets left
	@rm -rf .venv* .ansible .hypothesis .mypy_cache .pytest_cache .ruff_cache .browser .simulator dist tests/output
