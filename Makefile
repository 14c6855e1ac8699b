# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
TORCH_INDEX ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check docs wheel clean
.DELETE_ON_ERROR:

# torch first and pinned; its CPU build with TORCH_INDEX=https://download.pytorch.org/whl/cpu.
.venv/core: pyproject.toml constraints.txt
	@echo "Installing into .venv, which takes minutes: torch, then shoemodel."
	$(PYTHON) -m venv .venv
	$(PIP) $(addprefix --index-url ,$(TORCH_INDEX)) torch
	$(PIP) --editable ".[studio,batch]"
	@touch $@

.venv/dev: .venv/core
	$(PIP) --editable ".[world,train,heic,serve,study,studio,annotate,batch,ray,provenance,dev]"
	@touch $@

demo: .venv/core
	$(BIN)/shoemodel generate examples/sneaker.jpg --out demo --seed 7 \
		--prompt "a woman's legs in light blue jeans" \
		--prompt "a man's legs in beige chinos and white socks" \
		--prompt "bare legs of a woman" \
		--prompt "black leggings and red socks" \
		--prompt "a woman's legs in blue jeans, wooden floor" \
		--prompt "black leggings, light pink background"
	@echo "The pictures are in demo/sneaker: overview.png first, then image_00.png to image_05.png, one for each prompt."
	@echo "For README's commands: . $(BIN)/activate"

check: .venv/dev
	$(BIN)/ruff check src tests benchmarks reproduce recipes examples docs/reference.py
	$(BIN)/ruff format --check src tests benchmarks reproduce recipes examples docs/reference.py
	$(BIN)/codespell src tests docs benchmarks reproduce recipes examples README.md
	$(BIN)/lint-imports
	$(BIN)/mypy

# Two processes of one thread each: the networks of the tests are too small to gain from more threads.
test: check
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile

# The documentation as a site, in site/.
docs: .venv/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

# A wheel, installed into a fresh environment without the repository; then README's commands with it. Minutes, and needs
# the network; not part of the tests.
wheel:
	rm -rf dist build/wheel
	$(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir dist .
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	build/wheel/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt dist/*.whl
	build/wheel/bin/python tests/readme_commands.py README.md build/wheel/bin examples

clean:
	rm -rf .venv demo site dist build
