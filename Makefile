# Two commands do everything: `make demo` and `make test`. Both make their own .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test test-long tests pages dist bundle bundle-test golden lint style types format sample docs bench profile bench-counties bench-monitor thirty national kills year clean fuzz
.DEFAULT_GOAL := demo

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)
	@sh sample_data/demo.sh $(BIN)/fupin

# Types are looked at beside the tests: alone they leave a processor idle. Either fails the whole.
test: style
	@$(MAKE) --no-print-directory -j2 types tests

# All kills, seeds and examples of which `make test` takes some.
test-long: export FUPIN_LONG := 1
test-long: test

tests: $(STAMP)
	$(BIN)/python -m pytest -n auto -q

# The wheel that README names.
dist: $(STAMP)
	$(BIN)/python -m build --wheel --no-isolation

# dist/fupin-<version>-<platform>.zip for computers without internet; one platform: make bundle PLATFORM=win_amd64
bundle: $(STAMP)
	$(BIN)/python -m bundle.build $(PLATFORM)

# Downloads and installs what `make bundle` makes; `make test` does not.
bundle-test: $(STAMP)
	$(BIN)/python -m pytest -q -m download tests/bundle

# Writes anew what commands print at 80 and 120 columns; read the difference before you commit it.
golden: $(STAMP)
	FUPIN_GOLDEN=1 $(BIN)/python -m pytest -q -p no:randomly tests/cli/test_columns.py tests/cli/test_quarter.py

# Every workbook of the sample's month as PDF and PNG, for the eye (LibreOffice and pdftoppm).
pages: $(STAMP)
	$(BIN)/python -m tests.sample.pages $(or $(TO),pages)

lint: style types

style: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

sample: $(STAMP)
	$(BIN)/python -m tests.sample.generate sample_data

docs: $(STAMP)
	$(BIN)/python -m fupin_cli.outputs.parsed_yaml
	$(BIN)/python -m fupin_cli.outputs.catalogue docs/rules.md
	$(BIN)/python -m fupin_cli.outputs.clauses docs/clauses.md
	$(BIN)/python -m fupin_cli.outputs.json_schema schemas/json docs/json.md
	$(BIN)/python -m fupin_cli.outputs.frames docs/frames.md
	$(BIN)/python -m tests.errors.page docs/messages.md
	$(BIN)/python -m tests.docs.pages docs

# The table of docs/performance.md; smaller by SCALE=0.1, only some rows by ROWS="sample payroll".
bench: $(STAMP)
	$(BIN)/python -m tests.bench.run --scale $(or $(SCALE),1) $(ROWS)

# Functions by their time: a check of the sample, or OF="payroll 2024-05 -w FOLDER --no-workbook".
profile: $(STAMP)
	$(BIN)/python -m tests.bench.profile $(OF)

# Many counties: the comparison on made-up extracts (more by PEOPLE="0.3 3 30", millions); check and payroll of 20 small ones.
bench-counties: $(STAMP)
	$(BIN)/python -m tests.bench.counties $(PEOPLE)
	$(BIN)/python -m tests.bench.counties_run

# Roster and risk beside check, two months of so many people (PEOPLE, 100,000), each command so often (ROUNDS, 3).
bench-monitor: $(STAMP)
	$(BIN)/python -m tests.bench.monitor $(or $(PEOPLE),100000) $(or $(ROUNDS),3)

# A county of 30 townships and 60,000 people, two months, for pages and times: make thirty TO=DIR
thirty: $(STAMP)
	$(BIN)/python -m tests.sample.thirty $(or $(TO),thirty)

# A clean national export of so many people: no finding of severity error or warning (exit 1 if there is one).
national: $(STAMP)
	$(BIN)/python -m tests.sample.national $(or $(TO),national) $(or $(PEOPLE),20000)
	$(BIN)/fupin check -w $(or $(TO),national) --month 2024-05 --no-workbook --fail-on warning

# Kill every posting command at many more of its steps than `make test` does.
kills: $(STAMP)
	FUPIN_KILLS=$(or $(N),600) $(BIN)/python -m pytest -q tests/cli/test_kills.py
# 2,000 runs of check and 500 of payroll over inboxes in which files are hit; fewer by RUNS=100.
fuzz: $(STAMP)
	POLARS_MAX_THREADS=1 $(BIN)/python -m tests.fuzz.run $(if $(RUNS),--runs $(RUNS))

year: $(STAMP)
	$(BIN)/python -m tests.sample.year $(or $(TO),year)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
