"""An executed notebook as one page that needs nothing else: no code, no scripts, no network."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from qmcb.errors import InputError
from qmcb.reports.tables import Table

_TEMPLATES = Path(__file__).with_name("templates")
_BILINGUAL = re.compile(r"(?P<chinese>.*[\u3400-\u9fff].*?)\s+/\s+(?P<english>[^\u3400-\u9fff]+)", re.DOTALL)


@dataclass(frozen=True)
class _Heading:
    anchor: str
    level: int
    text: str


def page(notebook: Path, out: Path, *, title: str, facts: Mapping[str, str], index: str = "") -> None:
    """Write the prose and results of an executed notebook as one HTML file.

    The first heading of level one becomes the question under `title`; headings of the form
    ``中文 / English`` show their English part lighter. The same notebook gives the same bytes.

    Parameters
    ----------
    facts
        What the first page says of the report: purpose, period, parameters and the like.
    index
        Where, seen from the page, the index of runs lies, which tells who stands for it.

    Raises
    ------
    InputError
        A picture has no description (only pictures of `qmcb.reports.charts` have one, made from
        their table, so that nothing stands in a picture which no check can read), or an image
        lies outside the page.
    """
    cells = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    _require_descriptions(cells)
    article = BeautifulSoup(_article(cells), "html.parser")
    for tag in article(["script", "style", "link", "iframe"]):
        tag.decompose()
    _require_embedded(article)
    question = _question(article)
    headings = [_mark(tag, f"s{at}") for at, tag in enumerate(article(["h2", "h3", "h4"]), 1)]
    shown = [heading for heading in headings if heading.level <= 3]
    out.write_text(_html(title, question, facts, shown, str(article), index), encoding="utf-8", newline="\n")


def of_tables(
    tables: Sequence[tuple[str, Table]], *, title: str, question: str, facts: Mapping[str, str]
) -> str:
    """A page of the same look that needs no notebook: tables, each under its heading."""
    headings = [_Heading(f"s{at}", 2, text) for at, (text, _) in enumerate(tables, 1)]
    article = "\n".join(
        f'<h2 id="{heading.anchor}">{escape(heading.text)}</h2>\n{table.html()}'
        for heading, (_, table) in zip(headings, tables, strict=True)
    )
    return _html(title, Markup(escape(question)), facts, headings, article)


def _html(
    title: str,
    question: Markup,
    facts: Mapping[str, str],
    headings: Sequence[_Heading],
    article: str,
    index: str = "",
) -> str:
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html.j2").render(
        title=title,
        question=question,
        facts=facts,
        headings=headings,
        index=index,
        style=Markup((_TEMPLATES / "page.css").read_text("utf-8")),
        article=Markup(article),
    )


def _article(cells: nbformat.NotebookNode) -> str:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="qmcb", extra_template_basedirs=[str(_TEMPLATES)], exclude_anchor_links=True
    )
    body, _ = exporter.from_notebook_node(cells)
    return str(body)


def _require_descriptions(cells: nbformat.NotebookNode) -> None:
    for at, cell in enumerate(cells.cells, 1):
        for output in cell.get("outputs", []):
            drawn = "image/png" in output.get("data", {})
            if drawn and not output.metadata.get("image/png", {}).get("alt"):
                todo = "draw it with qmcb.reports.charts"
                raise InputError("a description with every picture", f"none in cell {at}", todo)


def _require_embedded(article: BeautifulSoup) -> None:
    for tag in article.find_all(src=True):
        if not str(tag["src"]).startswith("data:"):
            raise InputError(
                "images inside the notebook", "one that lies elsewhere", "draw it in the notebook"
            )


def _question(article: BeautifulSoup) -> Markup:
    """The notebook's own title, taken out; further headings of its level step down to the next."""
    first, others = article.find("h1"), article("h1")[1:]
    for tag in others:
        tag.name = "h2"
    if first is None:
        return Markup()
    _mark(first, "question")
    return Markup(first.extract().decode_contents())


def _mark(tag: Tag, anchor: str) -> _Heading:
    """Give a heading its anchor, and its English part a class of its own."""
    parts = _BILINGUAL.fullmatch(tag.get_text().strip())
    text = parts["chinese"] if parts else tag.get_text().strip()
    tag.attrs = {"id": anchor}
    if parts:
        english = BeautifulSoup("", "html.parser").new_tag("span", attrs={"class": "english", "lang": "en"})
        english.string = parts["english"]
        tag.clear()
        tag.extend([text, " ", english])
    return _Heading(anchor, int(tag.name[1]), text)
