"""Name a source as the pages do, "Yule (1927)", with a link to it.

The entries come from ``references.bib``, read by pybtex, as for the pages.
"""

from __future__ import annotations

from pathlib import Path

from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

MOST_NAMED = 2


class Citations:
    """The sources of the book.

    Parameters
    ----------
    path : Path
        A file in BibTeX's format.
    """

    def __init__(self, path: Path) -> None:
        self.entries = parse_file(str(path)).entries

    def textual(self, keys: str) -> str:
        """Return the sources as a part of the sentence: Yule (1927).

        Parameters
        ----------
        keys : str
            Keys of the file, separated by commas.

        Raises
        ------
        ValueError
            If a key is not in the file.
        """
        return ", ".join(
            f"{_who(entry)} ({_link(entry.fields['year'], entry)})"
            for entry in self._found(keys)
        )

    def parenthetical(self, keys: str) -> str:
        """Return the sources in brackets: (Yule, 1927)."""
        named = (
            _link(f"{_who(entry)}, {entry.fields['year']}", entry)
            for entry in self._found(keys)
        )
        return f"({', '.join(named)})"

    def _found(self, keys: str) -> list[Entry]:
        names = [key.strip() for key in keys.split(",")]
        for name in names:
            if name not in self.entries:
                raise ValueError(
                    f"keys must be in the list of sources, found {name!r}"
                )
        return [self.entries[name] for name in names]


def _who(entry: Entry) -> str:
    last = [
        " ".join(person.prelast_names + person.last_names)
        for person in entry.persons["author"]
    ]
    names = [str(Text.from_latex(name)) for name in last]
    if len(names) > MOST_NAMED:
        return f"{names[0]} et al."
    return " and ".join(names)


def _link(text: str, entry: Entry) -> str:
    """Return a link to what the entry names; plain text if it names none."""
    fields = entry.fields
    address = fields.get("url", "")
    if "doi" in fields:
        # Brackets would end a link in Markdown.
        doi = fields["doi"].replace("(", "%28").replace(")", "%29")
        address = f"https://doi.org/{doi}"
    elif "eprint" in fields:
        address = f"https://arxiv.org/abs/{fields['eprint']}"
    return f"[{text}]({address})" if address else text
