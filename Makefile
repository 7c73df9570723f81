# From one lag to a thousand: two commands, `make book` and `make test`.
# Everything happens in .venv; nothing is installed outside this folder.

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
CHAPTERS := $(wildcard chapters/*.ipynb)
# As many tests at once as there are cores; a chapter is one piece of work.
PYTEST := $(BIN)/python -m pytest --numprocesses logical
NBVAL  := --nbval --nbval-current-env --nbval-cell-timeout=300

# NumPy's matrix products are too small here to be shared out to threads.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help book epub pdf downloads test test-unit test-book test-pages test-nightly \
	test-portable notebooks lab run lint repository clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

$(STAMP): requirements.txt pyproject.toml tools/bootstrap.sh
	@sh tools/bootstrap.sh $(VENV) $@

book: $(STAMP)  ## Build the book (HTML); a warning or a failing cell is an error
	@$(BIN)/python tools/book.py

epub: $(STAMP)  ## Make the book for readers of e-books, in _build/epub
	@$(BIN)/python tools/epub.py

pdf: epub  ## Make the book to print, in _build/pdf
	@$(BIN)/python tools/pdf.py

downloads: book pdf  ## Put ePub, PDF and a zip of the pages beside the pages
	@$(BIN)/python tools/downloads.py

# The chapters first, a core for each, and the others in what they leave.
test: book  ## Build the book, then run all tests below
	@OMP_NUM_THREADS=1 $(PYTEST) --dist loadgroup $(NBVAL) $(CHAPTERS) tests \
		--ignore=tests/browser
	@$(PYTEST) --dist loadgroup tests/browser

test-unit: $(STAMP)  ## Test the package, the tools and the notebooks' form
	@$(PYTEST) --dist loadgroup tests --ignore=tests/browser

test-book: $(STAMP)  ## Run the chapters and compare every printed number
	@OMP_NUM_THREADS=1 $(PYTEST) --dist loadgroup $(NBVAL) $(CHAPTERS)

test-pages: book  ## Look at the built pages in a browser
	@$(PYTEST) --dist loadgroup tests/browser

test-nightly: book  ## The tests that are too slow for every change
	@$(PYTEST) --dist loadgroup tests --ignore=tests/browser -m nightly
	@$(PYTEST) --dist loadgroup tests/browser -m nightly

test-portable: $(STAMP)  ## Compare every printed number under every setting of the processor
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
