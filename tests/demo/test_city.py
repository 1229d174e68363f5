"""The demo city: the same bytes every time, dates that move with as-of, and a truth that fits its pages."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser

from demo.city import OUTSIDE, City, build_city
from demo.run import served
from demo.server import PORT_MARK, Answer, Asked
from demo.site import Portal
from demo.truth import section_keys, table
from probes.catalogue import CHECKS

PORT = 8000
AS_OF = date(2026, 9, 10)
SEEDS = (1, 2, 3, 4, 5)


@cache
def city(seed: int = 1, as_of: date = AS_OF) -> City:
    return build_city(seed, as_of)


def answer(town: City, url: str) -> Answer | None:
    """What the city answers to a GET of this URL; None where no host of it answers."""
    parts = urlsplit(url)
    host = town.hosts.get(parts.hostname or "")
    if host is None or parts.port != PORT:
        return None
    return host.find(Asked(parts.hostname or "", "GET", parts.path, parts.query, {}, b"", False))


def at(url: str) -> str:
    return url.replace("@PORT@", str(PORT))


def links(portal: Portal, url: str, body: bytes) -> Iterator[str]:
    body = body.replace(PORT_MARK, str(PORT).encode())
    tree = LexborHTMLParser(body.decode("gb18030" if portal.charset.startswith("gb") else "utf-8"))
    for node in tree.css("a[href], area[href], img[src], video[src], iframe[src], frame[src]"):
        to = node.attributes.get("href") or node.attributes.get("src") or ""
        if not to.startswith(("javascript:", "#", "mailto:")):
            yield urljoin(url, to).partition("#")[0]


def endless(url: str) -> bool:
    """Traps are entered once and not followed."""
    return "?" in url or ";" in url or url.endswith("/more/")


_CRAWLED: dict[tuple[int, str], tuple[dict[str, Answer], dict[str, str]]] = {}


def crawl(town: City, portal: Portal) -> tuple[dict[str, Answer], dict[str, str]]:
    """Every page of a portal that links reach, and every link target; crawled once per city."""
    key = (id(town), portal.id)
    if key not in _CRAWLED:
        _CRAWLED[key] = _crawled(town, portal)
    return _CRAWLED[key]


def _crawled(town: City, portal: Portal) -> tuple[dict[str, Answer], dict[str, str]]:
    """Every page of a portal that links reach, and every link target with the first page it stands on."""
    start = at(portal.url())
    pages: dict[str, Answer] = {}
    targets: dict[str, str] = {}
    queue = deque([start])
    while queue:
        url = queue.popleft()
        found = answer(town, url)
        if url in pages or found is None:
            continue
        pages[url] = found
        if not found.content_type.startswith("text/html") or found.status != 200:
            continue
        for target in links(portal, url, found.body):
            targets.setdefault(target, url)
            if target.startswith(start) and target not in pages and not endless(target):
                queue.append(target)
    return pages, targets


@pytest.mark.parametrize("seed", SEEDS)
def test_same_seed_and_day_give_the_same_bytes(seed: int) -> None:
    again = build_city(seed, AS_OF)
    for name, host in city(seed).hosts.items():
        for path, page in host.pages.items():
            if isinstance(page, Answer):
                assert again.hosts[name].pages[path] == page, (name, path)
    assert again.truth == city(seed).truth
    assert again.seeds_yaml(8000) == city(seed).seeds_yaml(8000)


def test_other_seeds_give_other_cities() -> None:
    assert len({town.hosts["www.yangguang.gov.cn"].find(_home()).body for town in map(city, SEEDS)}) == 5


def _home() -> Asked:
    return Asked("www.yangguang.gov.cn", "GET", "/", "", {}, b"", False)


@pytest.mark.parametrize(
    "as_of", [date(2026, 1, 3), date(2026, 3, 31), date(2027, 12, 31), date(2028, 2, 29)]
)
def test_dates_move_with_as_of(as_of: date) -> None:
    town = city(1, as_of)
    for portal in town.portals:
        days = [a.date for column in portal.columns for a in column.articles if a.dated]
        assert max(days) <= as_of, portal.id
        if portal.id == "luling":  # asleep for three years
            continue
        assert max(days) >= as_of - timedelta(days=30), portal.id
        body = answer(town, at(portal.url()))
        assert body is not None
        shown = re.findall(rb"(20\d\d)-(\d\d)-(\d\d)", body.body)
        assert shown
        assert max(date(*map(int, parts)) for parts in shown) <= as_of


@pytest.mark.parametrize("seed", SEEDS)
def test_titles_are_unique_in_a_portal(seed: int) -> None:
    for portal in city(seed).portals:
        titles = [article.title for column in portal.columns for article in column.articles]
        assert len(titles) == len(set(titles)), portal.id
        assert all(8 <= len(title) <= 60 for title in titles), portal.id


@pytest.mark.parametrize("seed", SEEDS)
def test_every_article_and_column_is_named_somewhere(seed: int) -> None:
    town = city(seed)
    for portal in town.portals:
        pages, _ = crawl(town, portal)
        data = b"".join(_data_answers(town, portal))  # rows that come by the CMS's own requests
        for column in portal.columns:
            for path in [column.path, *(article.path for article in column.articles)]:
                name = path.rstrip("/").rpartition("/")[2].rpartition("#")[2].encode()
                assert at(portal.url(path)) in pages or column.external or name in data, (portal.id, path)


def _data_answers(town: City, portal: Portal) -> Iterator[bytes]:
    for path, found in town.hosts[portal.host].pages.items():
        asked = Asked(portal.host, "GET", path, "page=1&_pageSize=100", {}, b"", False)
        yield (found if isinstance(found, Answer) else found(asked)).body
    for number in (column.path.split("/")[2][3:] for column in portal.columns if "/col/" in column.path):
        sent = f"columnid={number}&unitid={number}".encode()
        path, query = "/module/jpage/dataproxy.jsp", "startrecord=1&endrecord=100"
        yield town.hosts[portal.host].find(Asked(portal.host, "POST", path, query, {}, sent, False)).body


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_things_share_an_address(seed: int) -> None:
    by_host: dict[str, list[str]] = {}
    for portal in city(seed).portals:
        for column in portal.columns:
            paths = [] if column.external else [column.path]
            by_host.setdefault(portal.host, []).extend([*paths, *(a.path for a in column.articles)])
    for host, paths in by_host.items():
        assert len(paths) == len(set(paths)), host


@pytest.mark.parametrize("seed", SEEDS)
def test_only_planted_links_are_bad(seed: int) -> None:
    town = city(seed)
    for portal in town.portals:
        planted = {
            unquote(subject)
            for unit in (portal.id, portal.unit.get("parent"))
            for truth in town.truth_at(PORT)
            if truth.unit == unit and truth.check.startswith("links.")
            for subject in truth.subjects
        }
        _, targets = crawl(town, portal)
        for target, page in targets.items():
            found = answer(town, target)
            # 403 and 5xx, seen once, are nobody's fault
            bad = found is None or found.status in (404, 410) or (found.status == 200 and not found.body)
            assert not bad or unquote(target) in planted, (portal.id, target, page)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_subject_stands_in_the_city(seed: int) -> None:
    town = city(seed)
    for portal in town.portals:
        pages, targets = crawl(town, portal)
        known = {unquote(url) for url in [*pages, *targets]}
        known |= {at(portal.url(path)) for path in town.hosts[portal.host].pages}
        for truth in town.truth_at(PORT):
            if truth.unit == portal.id:
                for subject in (*truth.subjects, *truth.among):
                    assert unquote(subject) in known, truth


def test_every_unit_has_one_truth_for_every_check() -> None:
    town = city()
    keys = [f"{part}.{key}" for part in ("section", "content") for key in section_keys()]
    needed = {*table()["plain"], *table()["browser"], *table()["ipv6"], *table()["published"], *keys}
    for unit in town.units(8000):
        checks = [truth.check for truth in town.truth if truth.unit == unit["id"]]
        assert len(checks) == len(set(checks))
        assert needed <= set(checks)


def test_truth_keeps_the_rules_of_the_contract() -> None:
    for truth in city().truth:
        assert truth.verdict in ("pass", "fail", "unknown", "not_applicable")
        assert (truth.verdict == "fail") == (truth.defects != 0) or truth.defects is None, truth
        assert truth.verdict == "fail" or not truth.subjects, truth
        if truth.subjects and truth.defects is not None:
            assert truth.defects == len(truth.subjects) == len(set(truth.subjects)), truth


# Checks that cannot say both pass and fail in one sweep of the city, and why.
_ONE_SIDED = {f"content.{key}": "not dated: never judged" for key in table()["standing"]} | {
    "tamper.cloaking": "asked for only by --probe-cloaking",
}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_check_passes_somewhere_and_fails_somewhere(seed: int) -> None:
    firm: dict[str, set[str]] = {check.id: set() for check in CHECKS}
    for truth in city(seed).truth:
        if truth.firm:
            firm[truth.check].add(truth.verdict)
    one_sided = {check for check, verdicts in firm.items() if not {"pass", "fail"} <= verdicts}
    assert one_sided == set(_ONE_SIDED)
    assert all("unknown" in firm[check] for check in firm if check not in _NEVER_UNKNOWN)


_NEVER_UNKNOWN = ("tamper.cloaking", "site.one_source")  # firm is only what they say of portals that open


def test_seeds_name_every_host_that_pages_link_to() -> None:
    town = city()
    seeds = yaml.safe_load(town.seeds_yaml(8123))
    named = set(seeds["hosts"]) | {host for unit in seeds["units"] for host in unit.get("resolve", {})}
    assert set(OUTSIDE) <= named
    for portal in town.portals:
        for target in crawl(town, portal)[1]:
            host = urlsplit(target).hostname or ""
            assert host in named or host == "192.168.10.5", target
    assert "@PORT@" not in town.seeds_yaml(8123)
    assert seeds["units"][0]["portal"] == "http://www.yangguang.gov.cn:8123/"


def test_truth_at_a_port_has_real_urls() -> None:
    for truth in city().truth_at(8123):
        assert "@PORT@" not in "".join((*truth.subjects, *truth.among))


async def test_served_city_answers_and_logs() -> None:
    async with served(1, AS_OF) as (town, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: www.minghu.gov.cn\r\nConnection: close\r\n\r\n")
        page = await reader.read()
        writer.close()
    assert page.startswith(b"HTTP/1.1 200 OK")
    assert "明湖县人民政府".encode() in page
    assert [line[:3] for line in town.log] == [("www.minghu.gov.cn", "GET", "/")]
