"""What probes and units of one sweep are answered is shared: by requests that were sent, and by looks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crawler.keeping.answers import Answers, as_followed
from crawler.keeping.archive import PAGE, UnitArchive, entries
from crawler.keeping.patience import PatientNet
from crawler.keeping.targets import Targets
from crawler.model import Family, Fetched, Outcome, Request

FILE = "http://www.a.gov.cn/files/1.docx"
PAGE_URL = "http://www.a.gov.cn/a/"
HTML = {"content-type": "text/html; charset=utf-8"}


class Server:
    """A gate that answers everything alike and notes what it was asked."""

    def __init__(self, outcome: Outcome = Outcome.OK, size: int = 100_000) -> None:
        self.outcome = outcome
        self.body = b"<html>" + b"x" * (size - 6)
        self.asked: list[Request] = []

    async def fetch(self, request: Request, *, purpose: str = "walk") -> Fetched:
        self.asked.append(request)
        await asyncio.sleep(0)
        status = {Outcome.OK: 200, Outcome.GONE: 404, Outcome.SERVER_ERROR: 500}[self.outcome]
        return Fetched(request.url, request.url, self.outcome, status, HTML, self.body)

    async def resolve(self, host: str, family: Family) -> object:
        raise NotImplementedError

    async def online(self, family: Family = Family.ANY) -> bool:
        return True


def net(server: Server, targets: Targets, answers: Answers, archive: UnitArchive | None = None) -> PatientNet:
    made = PatientNet(server, targets, answers, archive=archive)  # type: ignore[arg-type]
    made.purpose = "privacy"
    return made


def unit_archive(folder: Path, name: str = "a") -> UnitArchive:
    return UnitArchive(folder / name / "pages.warc.gz", "Sunsweep/1", lambda seen: False, lambda page: False)


async def test_a_file_is_asked_for_once_by_all_units_and_its_link_need_not_be_looked_at() -> None:
    server, targets, answers = Server(), Targets(), Answers()
    units = [net(server, targets, answers) for _ in range(3)]
    opened = await asyncio.gather(*(unit.once(Request(FILE)) for unit in units))
    assert {len(fetched.body) for fetched in opened} == {100_000}
    look = await units[0].look(FILE)
    assert (look.outcome, look.size) == (Outcome.OK, 65_536)  # as if it had been looked at
    assert len(server.asked) == 1


async def test_a_look_that_was_taken_from_a_whole_answer_says_the_same_as_one_that_asked() -> None:
    asked, answers, targets = Server(), Answers(), Targets()
    await net(asked, targets, answers).once(Request(FILE))
    taken = await net(asked, targets, answers).look(FILE)
    short = Server(size=65_536)  # what the gate would read of it
    own = await net(short, Targets(), Answers()).look(FILE)
    assert taken.model_copy(update={"at": None}) == own.model_copy(update={"at": None})


async def test_what_fails_for_now_is_asked_for_again() -> None:
    server, answers = Server(Outcome.SERVER_ERROR), Answers()
    unit = net(server, Targets(), answers)
    assert not (await unit.once(Request(FILE))).ok
    server.outcome = Outcome.OK
    assert (await unit.once(Request(FILE))).ok


async def test_the_oldest_answers_make_room() -> None:
    server, answers = Server(), Answers(room=250_000)
    unit = net(server, Targets(), answers)
    for number in (1, 2, 3, 3, 2, 1):
        await unit.once(Request(f"{FILE}?{number}"))
    assert [request.url[-1] for request in server.asked] == ["1", "2", "3", "1"]


async def test_second_looks_are_new_and_shared() -> None:
    server, answers = Server(), Answers()
    unit = net(server, Targets(), answers)
    await unit.once(Request(PAGE_URL))
    unit.ask_anew()
    for _ in range(2):
        await unit.once(Request(PAGE_URL, fresh=True))
    assert [request.fresh for request in server.asked] == [False, True]


async def test_what_one_unit_walked_is_what_another_ones_link_leads_to(tmp_path: Path) -> None:
    server, targets, answers = Server(), Targets(), Answers()
    theirs, ours = unit_archive(tmp_path, "theirs"), unit_archive(tmp_path, "ours")
    walked = await server.fetch(Request(PAGE_URL))
    theirs.keep_page([(Request(PAGE_URL), walked)], [], {"a": "{}"})
    with answers.joined(theirs):
        unit = net(server, targets, answers, ours)
        assert (await unit.look(PAGE_URL)).outcome is Outcome.OK
        await theirs.flush()
        assert (await unit.once(Request(f"{PAGE_URL}#part"))).body == server.body
    assert (await unit.once(Request(PAGE_URL))).body == server.body  # the other one is done, too
    assert len(server.asked) == 1
    await ours.flush()
    assert ours.path.exists()  # what is shown of it is shown from the unit's own archive


async def test_only_what_the_walk_received_whole_is_given_again(tmp_path: Path) -> None:
    kept = UnitArchive(
        tmp_path / "pages.warc.gz", "Sunsweep/1", lambda seen: "private" in seen, lambda page: False
    )
    one = Server(size=1000)
    answers = {name: await one.fetch(Request(f"{PAGE_URL}{name}")) for name in ("seen", "private", "file")}
    kept.keep_page([(Request(f"{PAGE_URL}seen"), answers["seen"])], [], {"a": "{}"})
    kept.keep_page([(Request(f"{PAGE_URL}private"), answers["private"])], [], {"private": "{}"})
    kept.keep(Request(f"{PAGE_URL}file", body_wanted=False), answers["file"], "links")
    unchanged = Fetched(f"{PAGE_URL}same", f"{PAGE_URL}same", Outcome.OK, 304, not_modified=True)
    kept.keep_page([(Request(f"{PAGE_URL}same"), unchanged)], [], {"a": "{}"})
    for opened in (kept, None, UnitArchive(kept.path, "Sunsweep/1", kept.withhold, kept.private)):
        if opened is None:
            await kept.flush()
            continue
        names = ("seen", "private", "file", "same", "other")
        again = [await opened.again(f"{PAGE_URL}{name}") for name in names]
        assert [fetched is not None for fetched in again] == [True, False, False, False, False]


async def test_what_failed_in_the_walk_and_comes_now_is_in_the_archive(tmp_path: Path) -> None:
    before = unit_archive(tmp_path)
    failed = await Server(Outcome.SERVER_ERROR).fetch(Request(PAGE_URL))
    before.keep_page([(Request(PAGE_URL), failed)], [], {})
    await before.flush()
    archive = unit_archive(tmp_path)  # of the process that goes on
    unit = net(Server(size=1000), Targets(), Answers(), archive)
    assert (await unit.once(Request(PAGE_URL))).ok
    await archive.flush()
    assert [entry.purpose for entry in entries(archive.path)] == [PAGE, "privacy"]


def test_a_certificate_fault_is_that_of_the_page_itself() -> None:
    """As at the gate, where the last answer of a chain counts."""
    old = Fetched("https://old.gov.cn/", PAGE_URL, Outcome.OK, 302, tls_problem="expired", led_to_known=True)
    followed = as_followed(old, Fetched(PAGE_URL, PAGE_URL, Outcome.OK, 200, body=b"x"))
    assert (followed.url, followed.final_url, followed.tls_problem) == ("https://old.gov.cn/", PAGE_URL, None)
    assert not followed.led_to_known
