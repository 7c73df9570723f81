"""The book as an ePub, by Sphinx's own builder, over the same outputs.

What is particular here: pages that react are made to be carried (`carried`),
formulas become MathML (`formulas`) and bring their glyphs (`letters`), and of
the files beside the pages only those are packed that a page shows.

MathML, not pictures: of the formulas most stand within a line, where a
picture keeps its size and its black when the reader's letters change, and is
no text for those who listen. EPUB 3 prescribes MathML; Apple Books, Thorium,
Calibre, KOReader and Google Play show it. Each carries its TeX for the rest.
"""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.builders.epub3 import Epub3Builder

from course import carried, letters, predictions

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from course.formulas import Translator

NAME = "from-one-lag-to-a-thousand"
# Where the first page offers the files that the workflow puts beside it.
OFFER = '<div class="downloads"></div>'
COVER = "cover.png"
STYLE = "epub.css"
LETTERS = "formulas.ttf"
# What the table of contents says of an item that holds formulas or drawings.
ITEM = re.compile(
    r'<item id="[^"]+" href="(?P<page>[^"]+\.xhtml)"[^>]*?(?= />)'
)
HERE = Path(__file__).parent


class CarriedBuilder(Epub3Builder):
    """Sphinx's builder of ePubs, without what only a browser needs."""

    def init(self) -> None:
        """Begin without leftovers: all that lies there is packed."""
        shutil.rmtree(self.outdir, ignore_errors=True)
        Path(self.outdir).mkdir(parents=True)
        self.translator: Translator | None = None
        super().init()

    def to_mathml(self, formulas: list[list[object]]) -> list[str]:
        """Translate TeX, by a browser that is started for the first."""
        if self.translator is None:
            from course.formulas import Translator

            self.translator = Translator().__enter__()
        return self.translator.to_mathml(formulas)

    def copy_static_files(self) -> None:
        """Copy the style of code, ours, and the cover."""
        static = Path(self.outdir, "_static")
        static.mkdir(exist_ok=True)
        self.create_pygments_style_file()
        shutil.copy(HERE / STYLE, static)
        cover = Path(self.srcdir, "_static", COVER)
        if cover.exists():
            shutil.copy(cover, static)

    def handle_finish(self) -> None:
        """Close the browser, then pack."""
        if self.translator is not None:
            self.translator.__exit__(None, None, None)
        for path in Path(self.outdir, "_images").glob("*.svg"):
            text = path.read_text("utf-8")
            path.write_text(carried.drawing(text), "utf-8")
        self.bring_letters()
        super().handle_finish()

    def bring_letters(self) -> None:
        """Write the font of formulas, with the letters that they use."""
        pages = Path(self.outdir).rglob("*.xhtml")
        used = letters.used([page.read_text("utf-8") for page in pages])
        font = Path(self.outdir, "_static", LETTERS)
        font.write_bytes(letters.letters(used))

    def toc_metadata(self, *given: Any) -> dict[str, Any]:
        """Let both lists of contents name the same book."""
        return {
            **super().toc_metadata(*given),
            "uid": html.escape(self.config.epub_identifier),
        }

    def get_toc(self) -> None:
        """List the chapters by number, with their sections."""
        super().get_toc()
        listed = []
        for node in self.refnodes:
            page = node["refuri"].removesuffix(self.out_suffix)
            numbers = self.env.toc_secnumbers.get(page, {})
            listed.append(
                {**node, "text": _numbered(numbers, "", node["text"])}
            )
            for link in self.env.tocs[page].findall(nodes.reference):
                mark = link["anchorname"]
                if len(numbers.get(mark, ())) == 2:
                    text = html.escape(link.astext())
                    entry = {
                        "level": node["level"] + 1,
                        "refuri": node["refuri"] + html.escape(mark),
                        "text": _numbered(numbers, mark, text),
                    }
                    listed.append(entry)
        self.refnodes = listed

    def build_navigation_doc(self) -> None:
        """Write the table of contents in the style of the pages."""
        super().build_navigation_doc()
        contents = Path(self.outdir, "nav.xhtml")
        style = f'<link rel="stylesheet" href="_static/{STYLE}" />'
        text = contents.read_text("utf-8")
        contents.write_text(
            text.replace("</head>", f"  {style}\n  </head>", 1), "utf-8"
        )

    def build_content(self) -> None:
        """Write the list of files, and which of them hold what."""
        super().build_content()
        listed = Path(self.outdir, "content.opf")

        def declared(item: re.Match[str]) -> str:
            page = Path(self.outdir, item["page"]).read_text("utf-8")
            held = {"mathml": "<math", "svg": "<svg"}
            found = [name for name, tag in held.items() if tag in page]
            if not found:
                return item[0]
            return f'{item[0]} properties="{" ".join(found)}"'

        text = listed.read_text("utf-8")
        listed.write_text(ITEM.sub(declared, text), "utf-8")


def _numbered(numbers: dict[str, tuple], mark: str, text: str) -> str:
    number = ".".join(map(str, numbers.get(mark, ())))
    return f"{number}. {text}" if number else text


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_builder(CarriedBuilder, override=True)
    app.connect("config-inited", configure, priority=700)
    # Sphinx looks at what it has been told at 500.
    app.connect("builder-inited", prepare, priority=400)
    app.connect("html-page-context", offer)
    # Before `predictions` fills its page, and the last of all.
    app.connect("html-page-context", introduce, priority=400)
    app.connect("html-page-context", name_cover)
    app.connect("html-page-context", carry, priority=950)


def configure(app: Sphinx, config: Config) -> None:
    """Say what the book is; no other builder reads it."""
    address = config.html_baseurl
    described = " ".join(config.html_context.get("description", "").split())
    config.epub_basename = NAME
    config.epub_title = config.html_title or config.project
    config.epub_description = described or config.epub_title
    config.epub_contributor = config.author
    config.epub_identifier = address or f"urn:book:{NAME}"
    config.epub_scheme = "URL" if address else "URN"
    config.epub_uid = "book-id"
    config.epub_tocscope = "includehidden"
    config.epub_tocdup = False
    config.epub_tocdepth = 2
    config.epub_show_urls = "no"
    if Path(app.srcdir, "_static", COVER).exists():
        config.epub_cover = (f"_static/{COVER}", "epub-cover.html")


def prepare(app: Sphinx) -> None:
    """Leave out what a carried book does not need."""
    if app.builder.name == CarriedBuilder.name:
        app.config.html_domain_indices = False
        app.config.version = app.config.version or app.config.copyright


def name_cover(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the cover the title of the book; Jupyter Book sets no project."""
    if app.builder.name == CarriedBuilder.name:
        context["project"] = app.config.epub_title


def introduce(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Tell on the first page what is different here, and list predictions."""
    if app.builder.name != CarriedBuilder.name or "body" not in context:
        return
    body = context["body"]
    if pagename == app.config.root_doc:
        address = app.config.html_baseurl
        body = body.replace("</h1>", f"</h1>\n{edition(address)}", 1)
    if predictions.PLACE in body:
        soup = BeautifulSoup(body, "html.parser")
        title = soup.find("h1")
        title.string = "All predictions"
        for part in list(title.find_next_siblings()):
            part.decompose()
        told = (
            "<p>Each chapter asks for guesses before it measures. Here they "
            "stand together; the answers are at the end of each chapter.</p>"
        )
        title.insert_after(BeautifulSoup(told, "html.parser"))
        title.parent.append(BeautifulSoup(predictions.PLACE, "html.parser"))
        body = str(soup)
    context["body"] = body


def offer(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Link to the book in other forms, where it is published."""
    body, address = context.get("body", ""), app.config.html_baseurl
    if OFFER not in body:
        return
    links = ""
    if address and app.builder.name != CarriedBuilder.name:
        home = html.escape(address.rstrip("/"))
        links = ", ".join(
            f'<a href="{home}/{file}">{told}</a>'
            for file, told in (
                (f"{NAME}.epub", "ePub"),
                (f"{NAME}.pdf", "PDF"),
                (f"{NAME}.zip", "all pages as a zip file"),
            )
        )
        links = f"<p>Ready made: {links}.</p>"
    context["body"] = body.replace(OFFER, links)


def edition(address: str) -> str:
    """Return the words on the carried book, as HTML."""
    book = "the built book"
    if address:
        book = f'<a href="{html.escape(address)}">the online book</a>'
    return (
        '<div class="edition"><p>This edition is made to be carried. What '
        f"moves in {book} stands still here. Code that only draws figures is "
        "left out. Answers to predictions and solutions to exercises are at "
        "the end of each chapter, so that you can guess and try first. What "
        "is printed below a question often gives it away: cover it.</p>"
        "</div>"
    )


def carry(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the page the form in which it is packed."""
    builder = app.builder
    if builder.name != CarriedBuilder.name:
        return
    context["css_files"] = ["_static/pygments.css", f"_static/{STYLE}"]
    context["script_files"] = []
    context["metatags"] = ""
    if "body" not in context:
        return
    address = app.config.html_baseurl
    if address:
        address = f"{address.rstrip('/')}/{pagename}.html"
    place = carried.Place(pagename, address)
    body, pictures = carried.carry(context["body"], place, builder.to_mathml)
    context["body"] = body
    images = Path(builder.outdir, "_images")
    images.mkdir(exist_ok=True)
    for name, drawing in pictures.items():
        (images / name).write_text(drawing, encoding="utf-8")
