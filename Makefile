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
	$(PIP) --editable ".[world,train,serve,studio,batch,provenance,dev]"
	@touch $@

demo: .venv/core
	$(BIN)/shoemodel generate examples/sneaker.jpg --prompt "a woman's legs in blue jeans, studio photo, on a plain background" --num 4 --seed 7 --out demo
	$(BIN)/shoemodel generate examples/sneaker.jpg --surroundings photo --prompt "a woman's legs in blue jeans" --num 8 --keep best:4 --seed 7 --out demo/in_photo
	@echo "The pictures are in demo/sneaker and, with the photo's own surroundings, in demo/in_photo/sneaker: overview.png first, then image_00.png ..."

check: .venv/dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/lint-imports
	$(BIN)/mypy

test: check
	$(BIN)/pytest

clean:
	rm -rf .venv demo
