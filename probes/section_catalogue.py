"""Does the unit publish the grass-roots standard catalogue (基层政务公开标准目录) of a field?

A catalogue is a link, attachment, article or column called so that names the field, a field's column inside
the catalogue's own column, or a table with the official heads that names it; a few attachments for several
fields are opened. Source: 国办发〔2019〕54号 (the fields); docs/method.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crawler.model import Outcome, PageKind
from crawler.texts.attachments import READABLE
from probes.attached import Enclosed, read_enclosed
from probes.base import Finding, Net, Reason, Result
from probes.lexicon import LEXICON, is_catalogue, match_field
from probes.published import unshown_section
from probes.section_find import InFile, Map
from probes.section_page import Body, fields_in, has_heads


class Item(NamedTuple):
    """One thing that is called a catalogue, or a field inside the catalogue's column."""

    text: str
    url: str
    on: str
    field: str | None


async def read_catalogues(known: Map, net: Net) -> dict[str, InFile]:
    """Catalogues that stand in attachments and do not say for which field, by the place that names them."""
    places = {item.url: _files(item, known) for item in _items(known) if item.field is None}
    found = await read_enclosed(places, known.evidence, net, "catalogue")
    return {url: in_file(enclosed) for url, enclosed in found.items()}


def _files(item: Item, known: Map) -> Sequence[str]:
    """The attachment itself, or those of the article that is called a catalogue."""
    if READABLE.search(item.url):
        return (item.url,)
    facts = known.facts_of(item.url)
    data = known.data.get(facts.final_url) if facts is not None else None
    return data.files if data is not None else ()


def in_file(enclosed: Enclosed) -> InFile:
    """A field's name counts where it is followed by what catalogues call it, or stands in a cell alone."""
    mentioned = fields_in(enclosed.text)
    sure = tuple(key for key in mentioned if _FIELD_OF[key].search(enclosed.text))
    return InFile(
        fields=sure,
        mentioned=tuple(key for key in mentioned if key not in sure),
        whole=enclosed.whole and has_heads(enclosed.text),
    )


_FIELD_OF = {
    key: re.compile(
        rf"(?:{'|'.join(map(re.escape, field.names))})(?:服务|工作)?"
        r"(?:领域|(?:政务|政府信息)?公开|基层政务|标准|事项|$)|(?:^|[\t|])(?:"
        rf"{'|'.join(map(re.escape, field.names))})(?:$|[\t|])",
        re.MULTILINE,
    )
    for key, field in LEXICON.fields.items()
}


def judge_catalogues(known: Map) -> Iterator[Result]:
    items = list(_items(known))
    for key in LEXICON.fields:
        yield _judge_field(key, items, known)


def _judge_field(key: str, items: list[Item], known: Map) -> Result:
    check = f"catalogue.{key}"
    own = [item for item in items if item.field == key]
    working = [item for item in own if not _dead(item, known)]
    if working:
        item = working[0]
        return Result.of(check, observed={"url": item.url, "name": item.text, "on": item.on})
    for item in items:
        if key in _read(item, known).fields:
            return Result.of(
                check, observed={"url": item.url, "name": item.text, "on": item.on, "file": True}
            )
    doubt = _doubt(key, own, items, known)
    if doubt is not None:
        return Result.unknown(check, doubt[0], population=1, observed={"why": doubt[1], "url": doubt[2]})
    title = LEXICON.fields[key].title
    home = known.evidence.home
    columns = [item for item in items if item.field is None]
    where = columns[0].url if columns else home.facts.final_url if home is not None else ""
    finding = Finding(
        url=where,
        message=f"没有公开“{title}”领域基层政务公开标准目录",
        expected=f"公开“{title}”领域的基层政务公开标准目录（文件、网页或专门栏目）",
        found=f"读到标准目录类信息 {len(items)} 条，没有该领域的"
        if items
        else "没有找到标准目录类的栏目或文件",
        advice=f"请编制并公开“{title}”领域标准目录，放入“基层政务公开标准化规范化”栏目",
    )
    return Result.of(check, defects=[finding], observed={"catalogues": len(items)})


def _items(known: Map) -> Iterator[Item]:
    for seen in known.evidence.pages:
        here = seen.facts.final_url
        for text, url in seen.data.catalogue:
            yield Item(text, url, here, match_field(text))
        for field in seen.data.fields:
            yield Item(seen.facts.title, here, here, field)
    for facts in known.evidence.visited:
        if facts.outcome is Outcome.OK and facts.identified and is_catalogue(facts.title[:80]):
            yield Item(facts.title, facts.final_url, facts.parent or "", match_field(facts.title))


def _dead(item: Item, known: Map) -> bool:
    facts = known.facts_of(item.url)
    return facts is not None and (facts.outcome is not Outcome.OK or facts.kind is PageKind.ERROR)


def _read(item: Item, known: Map) -> InFile:
    """What was read of a catalogue in an attachment; nothing where it was not opened."""
    return known.gathered.catalogues.get(item.url, InFile()) if item.field is None else InFile()


def _doubt(key: str, own: list[Item], items: list[Item], known: Map) -> tuple[Reason, str, str] | None:
    """Why the absence of a field's catalogue proves nothing; (reason, words, URL)."""
    if own:
        return Reason.SUSPECTED, "有该领域的标准目录链接，但未能打开", own[0].url
    if (gap := known.gap) is not None:
        return gap.reason, gap.words, ""
    if unshown_section(known.evidence, *_MAY_LIST):
        return Reason.UNREADABLE, "有栏目的列表由脚本加载，未能读取，其中可能有标准目录", ""
    for item in items:
        file = _read(item, known)
        if key in file.mentioned:
            return Reason.UNREADABLE, "标准目录文件中提到该领域，未能认定有其目录", item.url
        if item.field is None and not file.whole and not _readable(item, known):
            return Reason.UNREADABLE, "有未分领域的标准目录，其内容未能读取", item.url
    return None


_MAY_LIST = ("disclosure", "statutory", "rules", "documents", "notices")  # where catalogues are put

_LISTS = (Body.ROWS, Body.LINKS)


def _readable(item: Item, known: Map) -> bool:
    """A column whose entries were read. A whole catalogue in one file may hold any field."""
    facts = known.facts_of(item.url)
    data = known.data.get(facts.final_url) if facts is not None else None
    return data is not None and data.body in _LISTS
