"""Does the site publish personal data unmasked (身份证号、银行卡号、个人手机号), in pages or attachments?

Evidence: kind, count and a masked sample per page; attachments drawn by seed are opened by `gather`. The raw
values never leave the functions that find them. Source: docs/method.md, Safety.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random

from crawler import dialects
from crawler.markup.page import Page, block_text
from crawler.masking import Kind, mask, near_digits
from crawler.model import Frozen, Outcome, Request
from crawler.scope import site_host
from crawler.signs.footer import seen_text
from crawler.texts.attachments import READABLE, Unreadable, read_attachment
from crawler.urls import site_of
from probes.base import Check, Evidence, Finding, Net, PortalState, Probe, Proof, Reason, Result, Seen
from probes.personal import CLEAN, Found, find_leaks

CHECKS = (
    Check("privacy.id_card", "无未脱敏身份证号"),
    Check("privacy.phone", "无未脱敏个人电话"),
    Check("privacy.bank_card", "无未脱敏银行卡号"),
)

DRAWN = 40  # attachments opened per unit: half of them named like lists of persons (assumed)
MAX_BYTES = 10_000_000  # of one attachment
KEPT = 30  # attachments noted per page

_LIST_NAME = re.compile(
    r"名单|名册|花名|公示|补贴|补助|救助|低保|特困|住房|危房|资助|录取|考生|一卡通|发放|明细|台账|汇总"
)
# A run of 15 digits or of a mobile that tags may interrupt: then the text is put together as it is laid out.
_BROKEN = re.compile(r"[1-9](?:\n?[0-9]){14}|1[3-9](?:\n?[0-9]){9}")
_WHOLE = re.compile(r"[1-9][0-9]{14}|1[3-9][0-9]{9}")
_NAMES = {Kind.ID_CARD: "身份证号", Kind.PHONE: "个人手机号码", Kind.BANK_CARD: "银行卡号"}
_CHECKS = {
    "privacy.id_card": Kind.ID_CARD,
    "privacy.phone": Kind.PHONE,
    "privacy.bank_card": Kind.BANK_CARD,
}


class File(Frozen):
    """One attachment a page links to."""

    url: str
    listing: bool = False  # named like a list of persons


class Personal(Frozen):
    """Of one page."""

    found: Found = CLEAN
    files: tuple[File, ...] = ()


class Opened(Frozen):
    """One attachment. `failed`: why nothing was read; `partly`: members were left out."""

    url: str
    failed: str | None = None
    partly: bool = False
    found: Found = CLEAN


class Files(Frozen):
    """The attachments that were drawn, and how many there are in all."""

    opened: tuple[Opened, ...] = ()
    total: int = 0


class Limits(Frozen):
    """`tested_share`: of pages and drawn attachments (assumed)."""

    tested_share: float = 0.9


# -- seeing


def observe(page: Page) -> Personal | None:
    found = find_leaks(page_text(page))
    files = tuple(_files(page))
    return Personal(found=found, files=files) if found != CLEAN or files else None


def page_text(page: Page) -> str:
    """All text of a page; numbers that tags take apart are put together again."""
    text = seen_text(page)
    if _has_broken(text) and page.tree.body is not None:
        parts = [block_text(part.tree.body) for part in page.parts if part.tree.body is not None]
        text = "\n".join(parts)
    told = dialects.read(page).article
    return text if told is None else f"{text}\n{told.html}"


def _has_broken(text: str) -> bool:
    """Whether such a run stands in the text. Tried first without line breaks, which is quick."""
    joined = text.replace("\n", "")
    spans = near_digits(joined, (b"0" * 11,))
    return any(_WHOLE.search(joined, *span) for span in spans) and _BROKEN.search(text) is not None


def _files(page: Page) -> Iterator[File]:
    """Attachments of the unit's own site."""
    seen: set[str] = set()
    for link in page.links:
        url = link.url
        if url is None or link.tag not in ("a", "area", "iframe", "embed", "object"):
            continue
        if not _is_readable(url) or url in seen or len(seen) >= KEPT:
            continue
        if _site(url) == _site(page.url):
            seen.add(url)
            yield File(url=url, listing=_LIST_NAME.search(link.text) is not None)


@lru_cache(maxsize=65536)  # navigation is the same on all pages
def _is_readable(url: str) -> bool:
    return READABLE.search(url) is not None


def _site(url: str) -> str:
    return site_of(site_host(url).partition(":")[0])


# -- asking


async def gather(evidence: Evidence[Personal], net: Net) -> Files:
    """Open the attachments that were drawn. What they say is looked through here and forgotten."""
    if evidence.context.portal is not PortalState.OPEN:
        return Files()
    chosen, total = draw(evidence)
    opened = [await _open(url, net) for url in chosen]
    return Files(opened=tuple(opened), total=total)


def draw(evidence: Evidence[Personal]) -> tuple[list[str], int]:
    """(URLs to open, how many there are): half from those named like lists of persons, by seed."""
    files: dict[str, bool] = {}
    for seen in evidence.pages:
        for file in seen.data.files:
            files[file.url] = files.get(file.url, False) or file.listing
    random = Random(f"{evidence.context.seed} attachments")
    lists = sorted(url for url, listing in files.items() if listing)
    chosen = random.sample(lists, min(DRAWN // 2, len(lists)))
    others = sorted(set(files) - set(chosen))
    chosen += random.sample(others, min(DRAWN - len(chosen), len(others)))
    return sorted(chosen), len(files)


async def _open(url: str, net: Net) -> Opened:
    fetched = await net.once(Request(url, max_bytes=MAX_BYTES))
    if not fetched.ok:
        return Opened(url=url, failed=fetched.outcome)
    reading = await read_attachment(fetched.body, url)
    found = find_leaks(reading.text)
    if found == CLEAN and reading.reason is not None:
        return Opened(url=url, failed=reading.reason)
    return Opened(url=url, partly=not reading.complete, found=found)


# -- judging


def judge(evidence: Evidence[Personal], limits: Limits) -> Iterator[Result]:
    for check, kind in _CHECKS.items():
        yield _judge_kind(evidence, limits, check, kind)


def _judge_kind(evidence: Evidence[Personal], limits: Limits, check: str, kind: Kind) -> Result:
    files = evidence.gathered if isinstance(evidence.gathered, Files) else Files()
    pages = [facts for facts in evidence.visited if facts.identified and facts.outcome is Outcome.OK]
    holders = _holders(evidence.pages)
    defects = list(_on_pages(evidence.pages, kind))
    failed = {file.url: file.failed for file in files.opened if file.failed and _matters(file.failed)}
    for file in files.opened:
        for leak in file.found.leaks:
            if leak.kind is kind:
                defects.append(
                    _finding(holders.get(file.url, file.url), file.url, kind, leak.count, leak.sample)
                )
    drawn = len([file for file in files.opened if not file.failed or _matters(file.failed)])
    observed: dict[str, object] = {}
    if files.total:
        observed["attachments"] = {"total": files.total, "sample": [mask(file.url) for file in files.opened]}
    if failed:
        observed["untested"] = {mask(url): why for url, why in sorted(failed.items())}
    if kind is Kind.PHONE and (unclear := _unclear(evidence.pages, files)):
        observed["warnings"] = unclear
    return Result.of(
        check,
        defects=defects,
        population=len(pages) + drawn,
        tested=len(pages) + drawn - len(failed),
        tested_share=limits.tested_share,
        reason=Reason.UNREADABLE,
        observed=observed,
    )


def _matters(failed: str) -> bool:
    """Files that hold no text to look through, or are not there, are no part of what had to be tested."""
    return failed not in (Unreadable.EMPTY, Unreadable.NO_TEXT, Outcome.GONE)


def _holders(pages: Sequence[Seen[Personal]]) -> dict[str, str]:
    """The shallowest page each attachment stands on."""
    holders: dict[str, str] = {}
    for seen in sorted(pages, key=lambda seen: (seen.facts.depth, seen.facts.final_url)):
        for file in seen.data.files:
            holders.setdefault(file.url, seen.facts.final_url)
    return holders


def _on_pages(pages: Sequence[Seen[Personal]], kind: Kind) -> Iterator[Finding]:
    for seen in sorted(pages, key=lambda seen: (seen.facts.depth, seen.facts.final_url)):
        for leak in seen.data.found.leaks:
            if leak.kind is kind:
                url = seen.facts.final_url
                yield _finding(url, url, kind, leak.count, leak.sample)


def _finding(url: str, subject: str, kind: Kind, count: int, sample: str) -> Finding:
    where = "附件" if subject != url else "页面"
    name = _NAMES[kind]
    return Finding(
        url=url,
        subject=subject,
        message=f"{where}公开了 {count} 个未脱敏的{name}，如 {sample}（本系统只存脱敏样式）。",
        expected=f"公开信息中的{name}已作去标识化处理，如 {sample}",
        found=f"{count} 个完整的{name}",
        advice="立即撤下或替换为脱敏版本，检查同类名单和附件，并落实发布前审查",
        evidence=(Proof(kind="dom" if subject == url else "http", ref=subject),),
    )


def _unclear(pages: Sequence[Seen[Personal]], files: Files) -> list[str]:
    """Pages and files with mobiles beside names, for a person to look at."""
    found = {seen.facts.final_url for seen in pages if seen.data.found.unclear}
    found |= {file.url for file in files.opened if file.found.unclear}
    return sorted(found)[:100]


PROBE = Probe(
    id="privacy",
    checks=CHECKS,
    evidence=Personal,
    limits=Limits,
    observe=observe,
    gathers=Files,
    gather=gather,
    judge=judge,
)
