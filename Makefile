# Two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check clean
.DELETE_ON_ERROR:

# torch first and pinned: the constraints file names the version that comes as a CPU build where one is offered.
.venv/core: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) torch
	$(PIP) --editable .
	@touch $@

.venv/dev: .venv/core
	$(PIP) --editable ".[world,train,heic,serve,studio,annotate,batch,ray,provenance,dev]"
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

check: .venv/dev
	$(BIN)/ruff check src tests benchmarks reproduce recipes
	$(BIN)/ruff format --check src tests benchmarks reproduce recipes
	$(BIN)/codespell src tests docs benchmarks reproduce recipes README.md
	$(BIN)/lint-imports
	$(BIN)/mypy

# Two processes of one thread each: the networks of the tests are too small to gain from more threads.
test: check
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile

clean:
	rm -rf .venv demo
