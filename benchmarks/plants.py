"""A hundred ways in which somebody of a source could get into what a run leaves: ten kinds of ten."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from PIL.PngImagePlugin import PngInfo

CARD = "622202" + "123456789012" + "8"  # nobody's, with a right Luhn digit


@dataclass(frozen=True)
class Victim:
    """Somebody of the source: resident number of 18, phone, and names of two, three and more characters."""

    number: str
    phone: str
    two: str
    three: str
    more: str


Plant = Callable[[Path, Victim], Path]
Text = Callable[[Victim], str]


def plants() -> dict[str, list[Plant]]:
    """By kind ten functions that write a leak into a file of a finished run and return its path."""
    return {
        "number, written": [_page(text) for text in _numbers()],
        "name in a text": [_page(text) for text in _names()],
        "text of a chart": _charts(),
        "phone or card": [_page(text) for text in _phones()],
        "attribute": [_page(text) for text in _attributes()],
        "data address": [_page(text) for text in _addresses()],
        "output of a cell": [_output(output) for output in _outputs()],
        "manifest, log, table": _files(),
        "comment or entity": [_page(text) for text in _hidden()],
        "small count": _counts(),
    }


def _numbers() -> Iterator[Text]:
    chinese = str.maketrans("0123456789X", "〇一二三四五六七八九X")
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    yield lambda v: f"<table><tr><td>{v.number}</td></tr></table>"
    yield lambda v: f"<td>{v.number[:6]}{v.number[8:17]}</td>"
    yield lambda v: f"<td>{v.number[:6]} {v.number[6:14]} {v.number[14:]}</td>"
    yield lambda v: f"<td>{v.number[:6]}-{v.number[6:14]}-{v.number[14:]}</td>"
    yield lambda v: f"<td>{v.number.translate(wide)}</td>"
    yield lambda v: f"<td>{v.number.lower()}</td>"
    yield lambda v: f"<p>号码{v.number.translate(chinese)}</p>"
    yield lambda v: f"<p>{'号'.join(v.number)}</p>"
    yield lambda v: "<p>" + "".join(f"<b>{digit}</b>" for digit in v.number) + "</p>"
    yield lambda v: "<tr>" + "".join(f"<td>{part}</td>" for part in re.findall("..?", v.number)) + "</tr>"


def _names() -> Iterator[Text]:
    yield lambda v: f"<td>{v.two}</td>"
    yield lambda v: f"<td>{v.three}</td>"
    yield lambda v: f"<td>{v.more}</td>"
    yield lambda v: f"<p>参保人{v.three}的记录待复核。</p>"
    yield lambda v: f"<p>名单：{v.two}、某某、某某。</p>"
    yield lambda v: f"<p>{v.two}（女）</p>"
    yield lambda v: f"<p>{v.two[0]}\u3000{v.two[1]}</p>"
    yield lambda v: f"<p>{v.three[0]} {v.three[1]} {v.three[2]}</p>"
    yield lambda v: f"<p>本人{v.more}已确认</p>"
    yield lambda v: f"<p><b>{v.three[0]}</b>{v.three[1:]}</p>"


def _charts() -> list[Plant]:
    def svg(v: Victim) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg"><text x="1">{v.three}</text></svg>'

    def spans(v: Victim) -> str:
        shown = "".join(f"<tspan>{digit}</tspan>" for digit in v.number)
        return f"<svg><text>{shown}</text></svg>"

    def coded(v: Victim) -> str:
        return f'<img alt="" src="data:image/svg+xml;base64,{_base64(svg(v).encode())}">'

    def picture(raw: Callable[[Victim], bytes], kind: str = "png") -> Text:
        return lambda v: f'<img alt="" src="data:image/{kind};base64,{_base64(raw(v))}">'

    def stored(v: Victim) -> dict[str, object]:
        data = {"image/png": _base64(_png("tEXt")(v)) + "\n", "text/plain": ["a picture"]}
        return {"output_type": "display_data", "metadata": {}, "data": data}

    def told(v: Victim) -> dict[str, object]:
        data = {"image/png": "", "text/plain": [f"{v.three}：12人。\n", "label\tcount\n", f"{v.three}\t12"]}
        return {"output_type": "display_data", "metadata": {"image/png": {"alt": v.three}}, "data": data}

    texts: list[Text] = [
        svg,
        spans,
        coded,
        lambda v: f"<svg><title>{v.two}</title><desc>—</desc></svg>",
        lambda v: f'<img alt="{v.three}：12人" src="data:image/png;base64,">',
        picture(_png("tEXt")),
        picture(_png("iTXt")),
        picture(_jpeg, "jpeg"),
    ]
    return [*map(_page, texts), _output(stored), _output(told)]


def _phones() -> Iterator[Text]:
    chinese = str.maketrans("0123456789", "〇一二三四五六七八九")
    yield lambda v: f"<td>{v.phone}</td>"
    yield lambda v: f"<td>+86{v.phone}</td>"
    yield lambda v: f"<td>0086 {v.phone[:3]} {v.phone[3:7]} {v.phone[7:]}</td>"
    yield lambda v: f"<td>{v.phone[:3]}-{v.phone[3:7]}-{v.phone[7:]}</td>"
    yield lambda v: f"<td>{v.phone.translate(chinese)}</td>"
    yield lambda v: f"<td><b>{v.phone[:3]}</b>{v.phone[3:]}</td>"
    yield lambda v: f'<a href="tel:{v.phone}">电话</a>'
    yield lambda v: f"<td>{CARD}</td>"
    yield lambda v: f"<td>{' '.join(re.findall('....?', CARD))}</td>"
    yield lambda v: f"<td>账号{CARD[:4]}-{CARD[4:8]}-{CARD[8:12]}-{CARD[12:16]}-{CARD[16:]}</td>"


def _attributes() -> Iterator[Text]:
    for attribute in ("title", "data-key", "aria-label", "alt", "value", "id", "content", "placeholder"):
        yield lambda v, attribute=attribute: f'<span {attribute}="{v.number}">—</span>'  # type: ignore[misc]
    yield lambda v: f'<span style="--who: {v.three}" class="short">—</span>'
    yield lambda v: f"<a href=\"#{quote(v.three)}\" title='{v.two}'>—</a>"


def _addresses() -> Iterator[Text]:
    def csv(v: Victim) -> str:
        return f"号码,姓名\n{v.number},{v.three}\n"

    def link(kind: str, held: str) -> str:
        return f'<a href="data:{kind},{held}">—</a>'

    yield lambda v: link("text/csv;base64", _base64(csv(v).encode()))
    yield lambda v: link("text/csv;charset=gb18030;base64", _base64(csv(v).encode("gb18030")))
    yield lambda v: link("text/csv;charset=utf-8", quote(csv(v)))
    yield lambda v: link("image/svg+xml;base64", _base64(f"<svg><text>{v.three}</text></svg>".encode()))
    yield lambda v: link("image/svg+xml", quote(f"<svg><text>{v.number}</text></svg>"))
    yield lambda v: link("application/json;base64", _base64(json.dumps({"name": v.three}).encode()))
    yield lambda v: link("application/json", quote(json.dumps([v.number])))
    yield lambda v: link("text/html;base64", _base64(_addressed(v).encode()))
    yield lambda v: link("text/plain", escape(quote(f"电话 {v.phone}")))
    yield (
        lambda v: f'<p data-state="{_base64(json.dumps({"who": v.three}, ensure_ascii=False).encode())}"></p>'
    )


def _addressed(v: Victim) -> str:
    """An address in a page in an address."""
    return f'<a href="data:text/csv;base64,{_base64(v.number.encode())}">—</a>'


def _outputs() -> Iterator[Callable[[Victim], dict[str, object]]]:
    def error(*lines: str, value: str = "") -> dict[str, object]:
        return {"output_type": "error", "ename": "KeyError", "evalue": value, "traceback": list(lines)}

    def stream(name: str, text: str) -> dict[str, object]:
        return {"output_type": "stream", "name": name, "text": text.splitlines(keepends=True)}

    def shown(kind: str, told: object) -> dict[str, object]:
        return {"output_type": "display_data", "metadata": {}, "data": {kind: told}}

    yield lambda v: error("Traceback", f"KeyError: '{v.number}'")
    yield lambda v: error(f"\x1b[0;31mValueError\x1b[0m: name \x1b[1m{v.three}\x1b[0m")
    yield lambda v: error(value=f"{v.two} is not unique")
    yield lambda v: stream("stderr", f"warning: row of {v.number}\nnext\n")
    yield lambda v: stream("stdout", f"who\n{v.three}\n")
    yield lambda v: shown("application/json", {"rows": [{"id": v.number}]})
    yield lambda v: shown("text/html", ["<table><td>", f"{v.number[:6]}<wbr>{v.number[6:]}", "</td></table>"])
    yield lambda v: shown("application/vnd.vega+json", {"data": [{"label": v.two}]})
    yield lambda v: shown("text/csv;base64", _base64(f"x,{v.number}\n".encode()))
    yield lambda v: {"output_type": "stream", "name": "stdout", "text": [v.number[:9], v.number[9:]]}


def _files() -> list[Plant]:
    def of_json(
        name: str, put: Callable[[dict[str, object], Victim], None], ascii_only: bool = False
    ) -> Plant:
        def plant(run: Path, v: Victim) -> Path:
            path = run / name if (run / name).is_file() else next(run.glob(name))
            told = json.loads(path.read_text("utf-8"))
            put(told, v)
            path.write_text(json.dumps(told, ensure_ascii=ascii_only), "utf-8")
            return path

        return plant

    def log(run: Path, v: Victim) -> Path:
        path = run / "run.log"
        path.write_text(f"2024-07-01 01:00:00 row of {v.number} skipped\n", "utf-8")
        return path

    def table(make: Callable[[Victim], pa.Table]) -> Plant:
        def plant(run: Path, v: Victim) -> Path:
            path = run / "tables" / "leaked.parquet"
            path.parent.mkdir(exist_ok=True)
            pq.write_table(make(v), path)
            return path

        return plant

    return [
        of_json("manifest.json", lambda told, v: told.update(more=v.number)),
        of_json("manifest.json", lambda told, v: told.update({v.three: 1})),
        of_json("manifest.json", lambda told, v: told.update(more=[v.two]), ascii_only=True),
        of_json("ro-crate-metadata.json", lambda told, v: told.update(author={"name": v.three})),
        of_json("*.ipynb", lambda told, v: told["metadata"].update(author=v.three)),  # type: ignore[attr-defined]
        of_json("*.ipynb", lambda told, v: told["cells"][0]["metadata"].update(who=v.number)),  # type: ignore[index]
        log,
        table(lambda v: pa.table({"case": ["CF-1", "CF-2"], "note": ["—", f"本人{v.three}"]})),
        table(lambda v: pa.table({"record_id": [1, int(v.number[:17] + "0")]})),
        table(lambda v: pa.table({"rows": [1]}).replace_schema_metadata({"author": v.three})),
    ]


def _hidden() -> Iterator[Text]:
    yield lambda v: f"<!-- {v.number} -->"
    yield lambda v: f"<!-- {v.three} -->"
    yield lambda v: "<p>" + "".join(f"&#{ord(each)};" for each in v.number) + "</p>"
    yield lambda v: "<p>" + "".join(f"&#x{ord(each):x};" for each in v.three) + "</p>"
    yield lambda v: "<p>" + v.number.replace("1", "&#49;") + "</p>"
    yield lambda v: f"<p>{v.number[:9]}<!-- x -->{v.number[9:]}</p>"
    yield lambda v: "<p>" + "\u200b".join(v.three) + "</p>"
    yield lambda v: "<p>" + "&shy;".join(v.number) + "</p>"
    yield lambda v: f'<script type="application/json">{json.dumps({"who": v.three})}</script>'
    yield lambda v: f'<p title="{"".join(f"&amp;#{ord(each)};" for each in v.number)}"></p>'


def _counts() -> list[Plant]:
    def rows(head: str, *cells: str) -> Text:
        body = "".join(f"<tr><th>甲</th><td>{cell}</td></tr>" for cell in cells)
        return lambda v: f"<table><tr><th>县区</th><th>{head}</th></tr>{body}</table>"

    def plain(*lines: str) -> Plant:
        data = {"text/plain": [f"{line}\n" for line in lines]}
        return _output(lambda v: {"output_type": "display_data", "metadata": {}, "data": data})

    texts: list[Text] = [
        rows("人数", "3"),
        rows("人数", "120", "4"),
        rows("其中存疑", " 1 "),
        rows("合计（人）", "2"),
        lambda v: '<img alt="重复参保：甲：120人，乙：3人。" src="data:image/png;base64,">',
        lambda v: "<p>其中2人在外省参保。</p>",
    ]
    return [
        *map(_page, texts),
        plain("重复：甲：120人，乙：<5人。", "label\tcount", "甲\t120", "乙\t2"),
        plain("缺口：甲：120人。", "row\t养老\t医疗", "甲\t119\t1"),
        plain("处理建议", "类别\t人数\t月数", "甲\t3\t*"),
        plain("重复：甲：4人。", "label\tcount", "甲\t120"),
    ]


def _page(text: Text) -> Plant:
    """Into a page, before the end of its main part."""

    def plant(run: Path, v: Victim) -> Path:
        path = min(run.glob("*.html"))
        path.write_text(path.read_text("utf-8").replace("</main>", f"{text(v)}</main>", 1), "utf-8")
        return path

    return plant


def _output(make: Callable[[Victim], dict[str, object]]) -> Plant:
    """Into a notebook, as an output of its last cell of code."""

    def plant(run: Path, v: Victim) -> Path:
        path = min(run.glob("*.ipynb"))
        told = json.loads(path.read_text("utf-8"))
        [*_, cell] = [cell for cell in told["cells"] if cell["cell_type"] == "code"]
        cell["outputs"].append(make(v))
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
        return path

    return plant


def _png(kind: str) -> Callable[[Victim], bytes]:
    def raw(v: Victim) -> bytes:
        notes, out = PngInfo(), io.BytesIO()
        (notes.add_itxt if kind == "iTXt" else notes.add_text)("Description", f"{v.three} {v.number}")
        Image.new("RGB", (2, 2)).save(out, "PNG", pnginfo=notes)
        return out.getvalue()

    return raw


def _jpeg(v: Victim) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "JPEG", comment=v.number.encode())
    return out.getvalue()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
