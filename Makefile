# From one lag to a thousand: two commands, `make book` and `make test`.
# Everything happens in .venv; nothing is installed outside this folder.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Present while a build runs and after one that failed. Sphinx does not repeat
# a warning about a page that it has read already, so what a failed build has
# read must not be believed by the next one.
DOUBT  := _build/.unfinished

CHAPTERS := $(wildcard chapters/*.ipynb)
# One pytest run holds the unit tests and, cell by cell, the chapters.
PYTEST := $(BIN)/python -m pytest --nbval --nbval-current-env \
	--nbval-cell-timeout=300

# NumPy's matrix products are too small here to be shared out to threads.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help book test test-portable notebooks lab run lint repository clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

$(STAMP): requirements.txt pyproject.toml tools/bootstrap.sh
	@sh tools/bootstrap.sh $(VENV) $@

book: $(STAMP)  ## Build the book (HTML); a warning or a failing cell is an error
	@if [ -e $(DOUBT) ]; then rm -rf _build/.doctrees _build/html; fi
	@mkdir -p _build && touch $(DOUBT)
	@$(BIN)/jupyter-book build -W --keep-going --quiet .
	@rm $(DOUBT)
	@echo "The book: file://$(CURDIR)/_build/html/index.html"

test: book  ## Build the book, then test the package, the chapters and the pages
	@$(PYTEST)

test-portable: $(STAMP)  ## Compare every printed number under seven settings of the machine
	@$(BIN)/python tools/portable.py $(CHAPTERS)

notebooks: book  ## Make the notebooks that readers open, in _build/notebooks
	@$(BIN)/python tools/reader_notebooks.py --complete

lab: $(STAMP)  ## Open the notebooks in JupyterLab, a copy to scribble in
	@$(BIN)/python tools/lab.py

run: $(STAMP)  ## Run the chapters again and store what they print
	@$(BIN)/python tools/notebooks.py run $(CHAPTERS)

lint: $(STAMP)  ## Check the style of the code and the form of the notebooks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python tools/notebooks.py check $(CHAPTERS)

repository: $(STAMP)  ## Set the address that buttons and badges point to: URL=https://github.com/account/name
	@$(BIN)/python tools/repository.py $(URL)

clean:  ## Remove the built book and its cache (.venv stays)
	rm -rf _build
