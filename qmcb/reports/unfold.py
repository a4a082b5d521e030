"""A text in every writing in which it can be read: decoded, without markup, and what is embedded in it."""

import base64
import binascii
import contextlib
import html
import io
import json
import re
import warnings
from collections.abc import Iterator
from urllib.parse import unquote

from PIL import Image

_DEPTH = 5  # a page in a notebook, an SVG in its address, a table in its title: deeper nobody looks
_DATA = re.compile(
    r"data:(?P<kind>[\w.+-]+/[\w.+-]+)?(?P<more>(?:;[\w.+=-]+)*),(?P<held>[^\"'\s)<>\\]*)", re.I
)
_PICTURE = re.compile(r'"image/(?:png|jpeg|gif|webp)":\s*"(?P<held>[^"]*)"')
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_INLINE = re.compile(
    r"</?(?:a|b|i|u|s|em|strong|span|code|sub|sup|small|mark|wbr|font|bdi|bdo|kbd|tt|var|tspan|del|ins|q)"
    r"(?=[\s/>])[^<>]*>|<!--.*?-->",
    re.I | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]*>")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")


def layers(text: str) -> list[str]:
    """The text and whatever it says in another writing, each once, the text itself first.

    Others are: entities, percent signs and backslashes resolved; tags that do not end a word, comments
    and characters without width taken out; the strings of JSON; what data addresses and other base64
    hold, if it is text; what is written in the metadata of an embedded picture. Pixels are left out.
    """
    found: dict[str, None] = {}
    waiting = [(text, 0)]
    while waiting:
        layer, depth = waiting.pop()
        bare = _blank(layer)
        if bare in found or not bare.strip():
            continue
        found[bare] = None
        if depth < _DEPTH:
            waiting += [(other, depth + 1) for other in _others(layer, bare)]
    return list(found)


def without_tags(text: str) -> str:
    """The text as if no tag stood in it; what stood in two cells stands together."""
    return _TAG.sub("", text)


def _blank(text: str) -> str:
    """Pixels are no writing."""

    def blank(match: re.Match[str]) -> str:
        return " " if (match["kind"] or "").lower() in _RASTER else match[0]

    return _PICTURE.sub(" ", _DATA.sub(blank, text))


def _others(text: str, bare: str) -> Iterator[str]:
    yield from _embedded(text)
    yield _decoded(bare)
    yield _INLINE.sub("", bare).translate(_UNSEEN)
    if bare.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            yield "\n".join(_strings(json.loads(text)))


def _decoded(text: str) -> str:
    shown = _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
    shown = shown.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unquote(html.unescape(shown))


def _strings(value: object) -> Iterator[str]:
    """Keys and texts; a list of texts, as notebooks keep lines, is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        yield "".join(value)
        yield from value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in _RASTER:
                yield f"data:{key};base64,{''.join(each).strip()}"
            else:
                yield key
                yield from _strings(each)
    elif isinstance(value, int | float):
        yield str(value)


def _embedded(text: str) -> Iterator[str]:
    for match in _DATA.finditer(text):
        content = unquote(match["held"])
        if ";base64" in match["more"].lower():
            raw = _of_base64(content)
            yield from _written(raw) if (match["kind"] or "").lower() in _RASTER else _text(raw)
        else:
            yield content
    for match in _PICTURE.finditer(text):
        yield from _written(_of_base64(match["held"].replace("\\n", "")))
    for match in _BASE64.finditer(_blank(text)):
        yield from _text(_of_base64(match[0]))


def _of_base64(content: str) -> bytes:
    tidy = re.sub(r"\s", "", content).translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    try:
        return base64.b64decode(tidy + "=" * (-len(tidy) % 4))
    except (binascii.Error, ValueError):
        return b""


def _text(raw: bytes) -> Iterator[str]:
    """The bytes as text in UTF-8 or GB18030, unless they are something else."""
    for encoding in ("utf-8", "gb18030"):
        try:
            told = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(each.isprintable() or each.isspace() for each in told) == len(told) > 0:
            yield told
            return


def _written(raw: bytes) -> Iterator[str]:
    """What is written in the metadata of a picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw)) as image:
                image.load()
                told = [*image.info.items(), *image.getexif().items()]
    except (OSError, ValueError, SyntaxError):
        return
    yield "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for pair in told
        for value in pair
    )
