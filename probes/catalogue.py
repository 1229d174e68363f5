"""Every check there is, with its Chinese title: the list no result may be missing from.

A check that no probe has claimed yet is still written for every unit, as `unknown: not_built_yet`.
Ids are for ever. What they decide on: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from probes.base import Check
from probes.lexicon import LEXICON


def _check(
    id: str, title: str, *, needs: str = "home", after: str | None = None, shared: bool = False
) -> Check:
    return Check(id=id, title=title, needs=needs, after=after, shared=shared)


_FOOTER = (
    _check("footer.party_mark", "党政机关网站标识"),
    _check("footer.site_code", "网站标识码"),
    _check("footer.icp", "ICP备案编号"),
    _check("footer.police", "公安机关备案标识"),
    _check("footer.sponsor", "网站主办单位"),
    _check("footer.contact", "联系方式"),
    _check("footer.every_page", "全站页面底部标识"),
    _check("footer.consistent", "标识信息前后一致"),
    _check("footer.error_report", "“我为政府网站找错”入口"),
    _check("footer.site_map", "网站地图"),
)

_SITE = (
    _check("site.reachable", "首页可以访问", needs="portal"),
    _check("site.domain", "使用.gov.cn域名", needs="host", shared=True),
    _check("site.not_found", "不存在的网址返回404", shared=True),
    _check("site.display", "主流浏览器正常显示"),
    _check("site.one_source", "门户与部门公开内容数据同源"),
    _check("meta.site", "首页网站标签"),
    _check("meta.column", "栏目页标签"),
    _check("meta.article", "内容页标签"),
    _check("meta.consistent", "页面标签与内容一致"),
    _check("home.fresh", "首页两周内有更新"),
)

_IPV6 = (
    _check("ipv6.aaaa", "域名有IPv6地址（AAAA记录）", needs="host", shared=True),
    _check("ipv6.home", "首页可经IPv6访问", after="ipv6.aaaa", shared=True),
    _check("ipv6.same", "IPv6与IPv4内容一致", after="ipv6.home", shared=True),
    _check("ipv6.links", "二、三级链接可经IPv6访问", after="ipv6.home", shared=True),
)

_LINKS = (
    _check("links.home", "首页链接可用"),
    _check("links.inner", "其他页面链接可用"),
    _check("links.wrong", "链接打开的是正确页面"),
    _check("links.unsafe", "无内网、本机及模板残留链接"),
    _check("columns.empty", "无空白栏目"),
    _check("columns.blank", "无空白文档"),
    _check("columns.stale", "栏目按期更新"),
    _check("columns.mismatch", "栏目与内容对应"),
)

_ACTING = (
    _check("search.box", "站内检索入口", shared=True),
    _check("search.titles", "站内检索能查到已发布标题", after="search.box", shared=True),
    _check("a11y.entry", "无障碍或适老化浏览入口", shared=True),
    _check("a11y.font", "字体放大", after="a11y.entry", shared=True),
    _check("a11y.colour", "色调调整", after="a11y.entry", shared=True),
    _check("a11y.guide_line", "辅助线", after="a11y.entry", shared=True),
    _check("a11y.voice", "语音朗读", after="a11y.entry", shared=True),
    _check("a11y.special_view", "特殊人群界面（长辈版、简洁版）", after="a11y.entry", shared=True),
    _check("a11y.wcag", "首页无障碍规范（WCAG A/AA）"),
)

_PUBLISHED = (
    _check("decision.explained", "决策草案附解读或说明"),
    _check("decision.channel", "意见征集渠道表述清晰"),
    _check("decision.feedback", "公开意见收集、采纳情况及理由"),
    _check("decision.platforms", "多平台收集决策草案意见"),
    _check("meeting.content", "公开会议主要内容"),
    _check("meeting.replay", "会议直播或回放"),
    _check("guide.elements", "办事指南要素完整"),
    _check("guide.material_form", "办理材料格式要求明确"),
    _check("guide.forms", "提供表格获取渠道"),
    _check("guide.vague", "办事指南无兜底条款"),
    _check("service_rating.channel", "“好差评”线上评价渠道"),
    _check("service_rating.results", "公开“好差评”评价结果"),
    _check("interpretation.coverage", "重要政策均有解读"),
    _check("interpretation.linked", "解读与文件相互关联"),
    _check("interpretation.in_time", "解读与文件同步公开"),
    _check("interpretation.forms", "三种以上解读形式"),
    _check("interpretation.voices", "部门负责人、专家多角度解读"),
    _check("interpretation.own", "发布本级政策解读"),
    _check("interaction.fields", "公开留言要素齐全"),
    _check("interaction.delay", "五个工作日内答复"),
    _check("interaction.rating", "答复满意度评价"),
    _check("market.consumer_stats", "消费维权统计分析数据"),
    _check("market.sampling", "食品药品抽检计划与结果"),
    _check("education.enrolment", "招生方案、学区划分与电脑派位计划"),
    _check("education.standards", "奖优评先、职称、资助等政策标准"),
    _check("documents.service_link", "规范性文件与政务服务平台互通"),
    _check("on_request.channels", "依申请公开受理渠道"),
    _check("guide_doc.online", "公开指南列明线上渠道"),
    _check("guide_doc.offline", "公开指南列明线下渠道"),
    _check("new_media.fresh", "政务新媒体两周内更新"),
    _check("new_media.sync", "政策与解读同步发布于新媒体"),
)

_SAFETY = (
    _check("tamper.hidden_links", "无暗链"),
    _check("tamper.bad_words", "无赌博、色情等有害文字"),
    _check("tamper.cloaking", "对搜索引擎与公众内容一致"),
    _check("tamper.mirror", "门户不是仿冒镜像站"),
    _check("privacy.id_card", "无未脱敏身份证号"),
    _check("privacy.phone", "无未脱敏个人电话"),
    _check("privacy.bank_card", "无未脱敏银行卡号"),
)


def _section_checks() -> Iterable[Check]:
    for key, section in LEXICON.sections.items():
        yield _check(f"section.{key}", f"“{section.title}”栏目")
        yield _check(f"content.{key}", f"“{section.title}”内容", after=f"section.{key}")
    for key, name in LEXICON.fields.items():
        yield _check(f"catalogue.{key}", f"“{name.title}”领域基层政务公开标准目录")


CHECKS: tuple[Check, ...] = (
    *_FOOTER,
    *_SITE,
    *_IPV6,
    *_LINKS,
    *_ACTING,
    *_section_checks(),
    *_PUBLISHED,
    *_SAFETY,
)

TITLES = {check.id: check.title for check in CHECKS}
