# What people and CI run. `make help` lists it.
#
# PYTHON=  the interpreter that makes the environment   (default /usr/bin/python3)
# ARGS=    passed on to pytest                          (make scenarios ARGS="-k ipv6")
# N=       guests at a time                             (default 8)
# SLOW_N=  live systems at a time                       (default 2)
# SOAK=    boots of `make soak`                         (default 200)

PYTHON ?= /usr/bin/python3
ARGS ?=
N ?= 8
SLOW_N ?= 2
SOAK ?= 200

VENV := .venv
BIN := $(VENV)/bin
# The interpreter is part of the name: another PYTHON= makes another environment.
MADE := $(VENV)/made-by$(subst /,-,$(PYTHON))
FILLED := $(VENV)/filled
# Listing harms nobody, so it works in a checkout of another user (a CI container's) too.
LISTED = $$(git -c safe.directory='*' ls-files --cached --others --exclude-standard)
# A site's links lead to where its server has the file: here, nowhere.
SHELL_FILES = $$(find $(LISTED) -maxdepth 0 -type f \
	-exec awk 'FNR == 1 && /^\#!.*sh$$/ { print FILENAME } { nextfile }' {} +)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help scenarios slow images test machine installed browser leftovers fuzz check bench soak blame mutants families doctor prepare install venv lock clean

help: ## List what there is to make
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo '  ARGS="..." goes on to pytest; PYTHON= chooses the interpreter; N= the guests at a time'

scenarios: prepare ## Install what is missing, then boot every scenario's guests
	$(BIN)/pytest scenarios/ -n $(N) $(ARGS)

slow: prepare images ## Boot the real live systems, and rarer variations
	$(BIN)/pytest scenarios/ -m slow -n $(SLOW_N) $(ARGS)

test: venv ## Run the tests of the harness itself (seconds, no root)
	$(BIN)/pytest tests/ -n auto $(ARGS)

machine: venv ## Test the kernel's NFS server in an emulated machine that has it (root; 10 minutes)
	$(BIN)/pytest tests/machine -m "machine or not machine" $(ARGS)

installed: prepare ## Install the wheel in an empty environment, and boot with it
	$(BIN)/pytest tests/installed -m installed $(ARGS)

fuzz: venv ## Try random input for long, other input each time (20 minutes)
	$(BIN)/pytest tests/ -m hypothesis --hypothesis-profile=deep $(ARGS)

browser: venv ## Look at the page of a run in a real browser (installs chromium)
	@tools/install chromium
	$(BIN)/pytest tests/report $(ARGS)

leftovers: venv ## Kill runs with real labs at random moments, and look for what is left
	$(BIN)/pytest tests/leftovers -m "leftovers or not leftovers" $(ARGS)

check: venv ## Run every linter: ruff, mypy, import-linter, shellcheck
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	shellcheck $(SHELL_FILES)

bench: prepare ## Measure the harness against bare commands, side by side
	$(BIN)/python -m tools.bench $(ARGS)

soak: prepare ## Boot SOAK times (default 200), by sites of every shape, with other load on all cores and the disk
	$(BIN)/python -m tools.soak --boots $(SOAK) -n $(N) -- $(ARGS)

blame: prepare ## Try every fault that is known: is it judged rightly, and named by file and line? docs/blame.md
	$(BIN)/python -m tools.blame $(ARGS)

mutants: prepare ## The same with one-line mistakes in the reference site alone
	$(BIN)/python -m tools.blame --family showmax $(ARGS)

families: prepare ## See which address family firmware takes when one is broken; docs/families.md
	$(BIN)/python -m tools.families $(ARGS)

doctor: venv ## Say what this machine can do, what it cannot, and the cure
	@$(BIN)/harness doctor

prepare: venv ## Make or fetch everything that guests boot
	@$(BIN)/harness prepare

images: venv ## Make what the slow tier boots: live image, system to install (200 MB to fetch, 3 minutes; once)
	@$(BIN)/harness prepare --live

install: ## Install the Debian packages that are missing (root or sudo)
	@tools/install

venv: $(FILLED) ## Make the Python environment

lock: venv ## Write down the versions that the environment holds now
	@{ sed -n '/^#/p' requirements.lock; $(BIN)/pip freeze --exclude-editable; } >$(VENV)/lock
	@mv $(VENV)/lock requirements.lock

clean: ## Remove the environment and what was built (evidence and downloads stay)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# `install` is asked every time (it takes less than 0.1 s) but makes nothing stale.
$(MADE): | install
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(FILLED): $(MADE) pyproject.toml setup.py requirements.lock | install
	$(BIN)/pip install --quiet --constraint requirements.lock --editable '.[dev,ci]'
	@touch $@
