"""市财政局 and 市卫生健康委员会 on paths of the city's host, 市市场监督管理局 on a host of its own."""

from __future__ import annotations

import re
from datetime import date

from demo import documents, services, traps
from demo.dialects import Nfcms
from demo.dialects_scripted import Gkmlpt, KaipuJson, KaipuList, Vsb, gkmlpt_shell
from demo.furnish import furnish
from demo.portals.founding import found
from demo.portals.yangguang import HOST
from demo.server import Answer, Host, redirect
from demo.site import Article, Portal

_DISCLOSURE = (
    "disclosure",
    "guide",
    "rules",
    "statutory",
    "annual_report",
    "on_request",
    "institution",
    "leaders",
)
_FINANCE = (
    *_DISCLOSURE,
    "news",
    "notices",
    "documents",
    "interpretation",
    "services",
    "direct_funds",
    "budget",
)
_HEALTH = (
    *_DISCLOSURE,
    *("news", "notices", "documents", "interpretation", "consultation", "meetings", "services", "epidemic"),
    *("employment", "budget", "interaction"),
)
_MARKET = (
    *_DISCLOSURE,
    *("news", "notices", "documents", "interpretation", "services", "market", "double_publicity"),
    *("response", "interaction"),
)
_IN_PLATFORM = ("rules", "annual_report", "documents", "direct_funds", "budget")


def finance_bureau(seed: int, as_of: date, owner: Portal) -> Portal:
    """/sczj/: its disclosure is a gkmlpt shell; a late interpretation, guides with gaps."""
    portal = found(
        seed, as_of, HOST, "4499000013", Nfcms(), base="/sczj/",
        id="sczj", name="阳光市财政局", kind="department", group="市直部门", roles=["finance"],
        parent="yangguang", division="449900",
    )  # fmt: skip
    furnish(portal, _FINANCE)
    _on_path(portal, owner)
    for key in _IN_PLATFORM:
        portal.column(key).by = Gkmlpt()
        portal.column(key).slug = (
            f"zfxxgk/fdzdgknr/{key}" if key not in ("rules", "annual_report") else f"zfxxgk/{key}"
        )
        portal.column(key).on_nav = False
    portal.column("disclosure").path = "/sczj/gkmlpt/index"
    portal.columns.remove(portal.column("statutory"))  # a branch of the shell's tree
    portal.says("section.statutory", "pass", firm=False)
    portal.says("content.statutory", "not_applicable", firm=False)
    portal.says("content.disclosure", "pass", firm=False)
    return portal


def settle_finance_bureau(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    portal.column("disclosure").standing = gkmlpt_shell(portal)
    guides = portal.column("services").articles
    guides[0].body = guides[0].body.replace("<tr><th>收费标准</th><td>不收费</td></tr>", "")
    portal.fault("guide.elements", guides[0].path)
    guides[1].body = guides[1].body.replace(
        "3.场所平面图", "3.根据有关法律法规规定应提交的其他材料；4.场所平面图"
    )
    portal.fault("guide.vague", guides[1].path)
    guides[2].body = re.sub(r"（(?:原件1份，纸质|复印件1份，加盖公章|电子版1份)）", "", guides[2].body)
    portal.fault("guide.material_form", guides[2].path)
    guides[3].body = re.sub(r'　<a href="/files/[^"]*">(?:空白表格|示例样表)下载</a>', "", guides[3].body)
    portal.fault("guide.forms", guides[3].path)


def late_interpretation(portal: Portal) -> None:
    """One interpretation comes three weeks after its document; before paths are set."""
    late = portal.column("interpretation").articles[-1]
    late.date = late.date.fromordinal(late.date.toordinal() + 21)


def health_commission(seed: int, as_of: date, owner: Portal) -> Portal:
    """/swjw/: JSON lists; slow and incomplete replies, a consultation without result, personal data."""
    portal = found(
        seed, as_of, HOST, "4499000014", Nfcms(), base="/swjw/",
        id="swjw", name="阳光市卫生健康委员会", kind="department", group="市直部门", roles=["health"],
        parent="yangguang", division="449900",
    )  # fmt: skip
    furnish(portal, _HEALTH)
    _on_path(portal, owner)
    portal.column("notices").by, portal.column("epidemic").by = KaipuJson(), KaipuList()
    portal.footer.party_mark = "image"
    portal.column("documents").articles.append(_another_text(owner))
    consultations = portal.column("consultation")
    result = consultations.articles[2]
    consultations.articles.remove(result)
    consultations.articles[-1].body = consultations.articles[-1].body.replace("<!--result-->", "")
    return portal


def _another_text(owner: Portal) -> Article:
    """The city's newest document under its title and number, but with an earlier draft's text."""
    document = owner.column("documents").articles[0]
    table = document.body.partition("</table>")[0] + "</table>"
    text = (
        "本稿适用于全市范围，由牵头部门会同有关单位组织实施；第一阶段摸清底数，建立清单，完成公示；"
        "第二阶段选取三个片区先行试点，形成样板；第三阶段全面推开，按季度评估成效；"
        "所需经费列入年度预算，专款专用；未尽事宜由牵头部门负责解释；本稿试行期两年，期满另行评估；"
        "各县区可以制定配套办法，报备案后执行；对弄虚作假的，收回补助并公开曝光。"
    )
    return Article(document.title, document.date, f"{table}<p>　　{text}</p>", source=document.source)


def settle_health_commission(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    opened, closing, closed = portal.column("consultation").articles
    portal.fault("decision.feedback", closed.path, needs_review=True)
    opened.body = (
        opened.body.partition("<p>　　征集时间")[0] + "<h3>起草说明</h3><p>　　为规范管理起草了本办法。</p>"
    )
    portal.fault("decision.channel", opened.path)
    closing.body = (
        documents.prose(portal, "公开征求意见") + closing.body[closing.body.index("<p>　　征集时间") :]
    )
    closing.body = closing.body.partition("<p>附件")[0]
    portal.fault("decision.explained", closing.path, needs_review=True)
    letters = portal.column("letters").articles
    letters[2].body = services.letter_body(portal, letters[2].title, 25, letters[2])
    portal.fault("interaction.delay", letters[2].path)
    row = letters[3].body.partition("<tr><th>答复时间</th>")[2].partition("</tr>")[0]
    letters[3].body = letters[3].body.replace(f"<tr><th>答复时间</th>{row}</tr>", "")
    portal.fault("interaction.fields", letters[3].path)
    meeting = portal.column("meetings").articles[1]
    meeting.body = "<p>　　会议研究部署近期工作，审议有关文件，明确了下一步任务分工。</p>"
    portal.fault("meeting.content", meeting.path)
    leak = portal.column("employment").articles[0]
    leak.body += f"<p>　　公示人员：王某某，身份证号码：{identity_number()}，手机：13800138000。</p>"
    portal.fault("privacy.id_card", leak.path)
    portal.fault("privacy.phone", leak.path)


def identity_number(sequence: int = 123) -> str:
    """An invented identity number with a right check digit (ISO 7064), never kept as text here."""
    body = "449901" + "19900307" + f"{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def market_bureau(seed: int, as_of: date) -> Portal:
    """scjgj.yangguang.gov.cn: VSB; IPv6 is cut, HEAD is refused, the search confirms everything."""
    portal = found(
        seed, as_of, "scjgj.yangguang.gov.cn", "4499000015", Vsb(),
        id="scjgj", name="阳光市市场监督管理局", kind="department", group="市直部门", roles=["market"],
        parent="yangguang", division="449900",
    )  # fmt: skip
    furnish(portal, _MARKET)
    portal.look = "green"
    portal.fault("ipv6.home", means="ipv6")
    portal.friends = [("阳光市人民政府", "http://www.yangguang.gov.cn:@PORT@/")]
    portal.fault("search.titles", defects=None)
    building = portal.column("double_publicity")
    building.articles = []
    building.extra = "<p>栏目正在建设中，敬请期待。</p>"
    portal.says("section.double_publicity", "fail", defects=1, firm=False)
    portal.says("content.double_publicity", "not_applicable", firm=False)
    portal.after += [_manners, traps.hate_head]
    return portal


def settle_market_bureau(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    portal.fault("columns.empty", portal.column("double_publicity").path, needs_review=True)
    portal.column("news").articles[2].body += '<p><a href="/huan/">环线公交</a></p>'
    for letter in portal.column("letters").articles:
        letter.body = letter.body.replace("<tr><th>满意度评价</th><td>非常满意</td></tr>", "")
    pool = tuple(portal.url(letter.path) for letter in portal.column("letters").articles)
    portal.fault("interaction.rating", among=pool)
    for key in ("documents", "services"):
        for article in portal.column(key).articles:
            article.body = _APART.sub("", article.body)
    pool = tuple(portal.url(document.path) for document in portal.column("documents").articles)
    portal.fault("documents.service_link", among=pool, needs_review=True)
    guide = portal.column("guide")
    guide.standing = _OFFLINE.sub("", guide.standing)
    portal.fault("guide_doc.offline", guide.path)


# Links between documents and guides; the facts of a disclosure guide that lead to a place or a telephone.
_APART = re.compile(r'<p class="related">(?:办事入口|相关政策文件)：.*?</p>')
_OFFLINE = re.compile(r"线下渠道：.*?5:30。|办公地址：.*?传真：[^；]*；")


def _manners(portal: Portal, host: Host) -> None:
    host.v6_resets = True
    host.pages["/search"] = traps.finds_everything(portal)
    host.pages["/huan/"] = redirect("/huan/2/")  # a loop: says nothing about the page
    host.pages["/huan/2/"] = redirect("/huan/")
    for column in (portal.column("notices"), portal.column("response")):
        page = host.pages[column.path]
        assert isinstance(page, Answer)
        host.pages[column.path] = Answer(page.body, content_type=page.content_type, limited=1)


def _on_path(portal: Portal, owner: Portal) -> None:
    portal.parent_name, portal.search, portal.look = owner.name, owner.search, "green"
    owner.search_in.append(portal)
