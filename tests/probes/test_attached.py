"""What stands in attachments is read where the page says too little; what cannot be read accuses nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from demo.attachments import docx
from probes import decision, guide, interpretation, meeting, sections
from probes.attached import OPENED, read_enclosed
from probes.base import Reason, Result, Verdict
from tests.probes.tablenet import TableNet
from tests.probes.test_tamper import PORTAL, evidence, judged

BROKEN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ASKED = "关于公开征求《示例县停车管理办法（征求意见稿）》意见的公告"
MET = "示例县人民政府第12次常务会议召开"
GUIDE = (
    "事项名称：食品经营许可", "设定依据：《食品安全法》第三十五条", "申请条件：有固定场所",
    "办理材料：申请表（原件1份）", "办理地点：政务大厅", "办理机构：市场监管局", "收费标准：不收费",
    "办理时间：工作日", "联系电话：0000-1234567",
)  # fmt: skip
HEADS = "序号\t公开事项\t公开内容\t公开依据\t公开时限\t公开主体\t公开渠道"


def article(title: str, text: str, *files: str, day: str = "2026-03-02") -> str:
    links = "".join(f'<a href="/f/{file}">{file}</a>' for file in files)
    return (
        f'<html><head><title>{title}</title><meta name="ArticleTitle" content="{title}">'
        f'<meta name="PubDate" content="{day}"></head><body><h1>{title}</h1>'
        f'<div id="zoomcon"><p>{text}</p>{links}</div></body></html>'
    )


def pages(*articles: str) -> dict[str, str]:
    home = {PORTAL: "<body>首页</body>"}
    return home | {f"{PORTAL}zw/content/post_{number}.html": html for number, html in enumerate(articles, 1)}


def net(**files: bytes) -> TableNet:
    return TableNet({f"{PORTAL}f/{name.replace('_', '.')}": body for name, body in files.items()})


def said(result: Result) -> tuple[Verdict, str | None]:
    return result.verdict, result.reason


async def test_a_consultation_whose_announcement_is_a_file() -> None:
    body = docx(
        "起草说明：现行规定已不适应。",
        "请于2026年4月2日前发送至电子邮箱 a@example.gov.cn，或邮寄至人民路1号。",
    )
    given = evidence(decision.PROBE, pages(article(ASKED, "详见附件，请社会各界踊跃参与。", "gg.docx")))
    results = await judged(decision.PROBE, given, net(gg_docx=body))
    for check in ("decision.explained", "decision.channel", "decision.platforms"):
        assert results[check].verdict is Verdict.PASS, check


async def test_a_file_that_was_read_and_lacks_the_note() -> None:
    given = evidence(decision.PROBE, pages(article(ASKED, "详见附件，请踊跃参与。", "gg.docx")))
    results = await judged(decision.PROBE, given, net(gg_docx=docx("第一条 为加强停车管理，制定本办法。")))
    assert (results["decision.explained"].verdict, results["decision.explained"].needs_review) == (
        Verdict.FAIL,
        True,
    )


@pytest.mark.parametrize("files", [{}, {"gg_docx": BROKEN}, {"gg_docx": docx(" ")}])
async def test_a_consultation_whose_file_could_not_be_read(files: Mapping[str, bytes]) -> None:
    given = evidence(decision.PROBE, pages(article(ASKED, "详见附件，请踊跃参与。", "gg.docx")))
    results = await judged(decision.PROBE, given, net(**files))
    unread = (Verdict.UNKNOWN, Reason.UNREADABLE)
    assert said(results["decision.explained"]) == said(results["decision.channel"]) == unread


async def test_a_result_that_is_a_file() -> None:
    asked = article(ASKED, "请于2026年4月2日前发送至电子邮箱 a@example.gov.cn。起草说明：已不适应。")
    result = article(
        "《示例县停车管理办法（征求意见稿）》征求意见结果反馈", "详见附件。", "jg.docx", day="2026-04-20"
    )
    given = evidence(decision.PROBE, pages(asked, result))
    right = net(jg_docx=docx("共收到意见12条，采纳9条，未采纳3条，理由是上位法已有规定。"))
    silent = net(jg_docx=docx("共收到意见12条，其中采纳9条，未采纳3条，特此公告。"))
    assert (await judged(decision.PROBE, given, right))["decision.feedback"].verdict is Verdict.PASS
    lacking = (await judged(decision.PROBE, given, silent))["decision.feedback"]
    assert lacking.verdict is Verdict.FAIL and "不采纳的理由" in lacking.findings[0].message
    assert said((await judged(decision.PROBE, given, net()))["decision.feedback"]) == (
        Verdict.UNKNOWN,
        Reason.UNREADABLE,
    )


async def test_a_day_in_a_draft_closes_no_consultation() -> None:
    given = evidence(decision.PROBE, pages(article(ASKED, "详见附件，请踊跃参与。", "gg.docx")))
    results = await judged(decision.PROBE, given, net(gg_docx=docx("第三条 2026年3月10日前完成登记。")))
    assert results["decision.feedback"].verdict is Verdict.NOT_APPLICABLE


async def test_a_meeting_whose_content_is_a_file() -> None:
    given = evidence(meeting.PROBE, pages(article(MET, "会议内容见附件。", "hy.docx")))
    long, short = docx("会议审议通过城市照明规划。" * 20), docx("会议召开。")
    for body, verdict in ((long, Verdict.PASS), (short, Verdict.FAIL), (BROKEN, Verdict.UNKNOWN)):
        result = (await judged(meeting.PROBE, given, net(hy_docx=body)))["meeting.content"]
        assert result.verdict is verdict, body


async def test_an_interpretation_whose_text_is_a_file() -> None:
    title = "《示例县停车管理办法》政策解读"
    given = evidence(interpretation.PROBE, pages(article(title, "详见附件。", "jd.docx")))
    text = docx("县交通运输局局长王某介绍：" + "办法规定了停车泊位的设置和管理。" * 20)
    results = await judged(interpretation.PROBE, given, net(jd_docx=text))
    assert list(results["interpretation.voices"].observed["voices"]) == ["负责人"]
    assert list(results["interpretation.forms"].observed["forms"]) == ["文字"]
    assert results["interpretation.forms"].verdict is Verdict.FAIL
    unread = await judged(interpretation.PROBE, given, net(jd_docx=BROKEN))
    for check in ("interpretation.forms", "interpretation.voices"):
        assert said(unread[check]) == (Verdict.UNKNOWN, Reason.UNREADABLE), check


async def test_guides_that_are_files() -> None:
    given = evidence(guide.PROBE, pages(article("食品经营许可办事指南", "请下载附件。", "zn.docx")))
    whole = docx(*GUIDE, "办理流程：申请、受理、决定")
    results = await judged(guide.PROBE, given, net(zn_docx=whole))
    assert results["guide.elements"].verdict is Verdict.PASS
    assert results["guide.material_form"].verdict is Verdict.PASS
    # The form asked for may be a part of the file.
    assert said(results["guide.forms"]) == (Verdict.UNKNOWN, Reason.UNREADABLE)
    lacking = (await judged(guide.PROBE, given, net(zn_docx=docx(*GUIDE))))["guide.elements"]
    assert lacking.verdict is Verdict.FAIL and "办理流程" in lacking.findings[0].message
    assert lacking.findings[0].subject == f"{PORTAL}zw/content/post_1.html"
    unread = await judged(guide.PROBE, given, net(zn_docx=BROKEN))
    assert {said(result) for result in unread.values()} == {(Verdict.UNKNOWN, Reason.UNREADABLE)}


async def test_guides_that_could_not_be_read_do_not_stand_before_those_that_could() -> None:
    whole = "".join(f"<p>{line}</p>" for line in (*GUIDE, "办理流程：申请、受理、决定"))
    readable = [article(f"食品经营许可办事指南{number}", whole) for number in range(5)]
    closed = [article(f"烟花经营许可办事指南{number}", "请下载。", f"{number}.docx") for number in range(9)]
    given = evidence(guide.PROBE, pages(*closed, *readable))
    result = (await judged(guide.PROBE, given, net()))["guide.elements"]
    assert (result.verdict, result.population, result.tested) == (Verdict.PASS, 5, 5)
    fewer = evidence(guide.PROBE, pages(*closed, *readable[:3]))
    result = (await judged(guide.PROBE, fewer, net()))["guide.elements"]
    assert (said(result), result.population) == ((Verdict.UNKNOWN, Reason.UNREADABLE), 5)


async def test_one_catalogue_for_all_fields() -> None:
    title = "示例县基层政务公开标准目录"
    home = {PORTAL: f'<body><a href="/zw/content/post_1.html">{title}</a></body>'}
    given = evidence(sections.PROBE, pages(article(title, "详见附件。", "ml.docx")) | home)
    heads = HEADS.split("\t")
    body = docx("涉农补贴领域基层政务公开标准目录", *heads, "社会救助领域", "与养老保险有关的信息")
    results = await judged(sections.PROBE, given, net(ml_docx=body))
    assert results["catalogue.farm_subsidy"].verdict is Verdict.PASS
    assert results["catalogue.assistance"].verdict is Verdict.PASS
    assert results["catalogue.elderly"].verdict is Verdict.UNKNOWN
    unread = await judged(sections.PROBE, given, net(ml_docx=BROKEN))
    assert unread["catalogue.farm_subsidy"].verdict is Verdict.UNKNOWN


async def test_few_are_opened_and_the_same_for_a_seed() -> None:
    given = evidence(decision.PROBE, pages(article(ASKED, "详见附件。", "a.docx")))
    holding = {f"{PORTAL}{number}.html": [f"{PORTAL}f/{number}.docx"] for number in range(30)}
    nets = [TableNet({}), TableNet({})]
    first, again = [await read_enclosed(holding, given, one, "x") for one in nets]
    assert len(first) == len(nets[0].asked) == OPENED
    assert list(first) == list(again)
    other = replace(given, context=replace(given.context, seed=2))
    assert list(await read_enclosed(holding, other, TableNet({}), "x")) != list(first)


async def test_files_of_other_sites_and_kinds_are_not_asked_for() -> None:
    given = evidence(decision.PROBE, pages(article(ASKED, "详见附件。", "a.docx")))
    asked = TableNet({})
    holding = {PORTAL: ["http://other.example.com/a.docx", f"{PORTAL}f/a.rar"]}
    assert not (await read_enclosed(holding, given, asked, "x"))[PORTAL].whole
    assert asked.asked == []
