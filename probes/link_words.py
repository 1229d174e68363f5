"""What people read about a bad link: what was expected, what was found, what to do. Chinese."""

from __future__ import annotations

from typing import NamedTuple

from crawler.keeping.targets import Look
from probes.base import FAILING, Finding, Proof
from probes.link_evidence import Target
from probes.link_verdicts import Said

_OPENS = "链接能够打开对应的页面或文件"


class _Words(NamedTuple):
    message: str
    found: str  # {status}, {final}, {title}
    advice: str
    proof: str = "http"


_BY_SAID = {
    Said.GONE: _Words("链接打不开（404）", "两次访问均返回 {status}", "请恢复该页面，或更正、删除这个链接"),
    Said.NXDOMAIN: _Words(
        "链接的域名不存在",
        "DNS 两次明确答复没有该域名{final}",
        "请核对网址；对方已停用的，请删除或更换这个链接",
        "dns",
    ),
    Said.REFUSED: _Words(
        "链接的服务器拒绝连接",
        "两次建立新连接均被拒绝{final}",
        "请核对网址与端口；已停用的请删除这个链接",
        "tcp",
    ),
    Said.FAILING: _Words(
        "链接长期打不开",
        "相隔 6 小时以上的两次巡检中，每次两遍访问均为服务器错误或超时{final}",
        "请核对网址；对方长期不恢复的，请删除或更换这个链接",
    ),
    Said.EMPTY_FILE: _Words("附件是空文件", "两次下载均为 0 字节", "请重新上传附件"),
    Said.HTML_FILE: _Words(
        "附件打开的是网页而不是文件", "两次访问得到的都是网页{title}", "请重新上传附件，并核对附件地址"
    ),
    Said.SOFT_404: _Words(
        "链接打开的是“页面不存在”提示页",
        "返回状态码 {status}，内容与该网站对不存在网址的提示页相同{title}",
        "请更正或删除这个链接，并让不存在的网址返回 404",
    ),
    Said.SAYS_MISSING: _Words(
        "链接打开的是出错提示页",
        "返回状态码 {status}，两次访问页面都提示{words}，没有内容",
        "请更正或删除这个链接，并让不存在的内容返回 404",
    ),
    Said.LANDS_HOME: _Words(
        "内页链接打开的是首页", "访问后转到 {landed}", "请把链接指向原来的内容；内容已撤下的，请删除链接"
    ),
    Said.PARKED: _Words(
        "链接打开的是停放或出售中的域名", "页面内容为域名出售、过期提示{title}", "请立即删除这个链接"
    ),
    Said.GAMBLING: _Words(
        "链接打开的是赌博网站", "页面出现多处赌博用语{title}", "请立即删除这个链接，并检查网站是否被篡改"
    ),
}


def dead_link(target: Target, look: Look | None) -> Finding:
    """A link that does not open, confirmed by the second look."""
    return _finding(target, said_of(look), look, _OPENS)


def wrong_link(target: Target, said: Said, look: Look | None) -> Finding:
    """A link that opens the wrong thing."""
    return _finding(target, said, look, "链接打开的是它所指的内容")


def said_of(look: Look | None) -> Said:
    """The name of the failure by the outcome alone."""
    if look is None or not look.outcome:
        return Said.GONE
    by_outcome = {"gone": Said.GONE, "nxdomain": Said.NXDOMAIN, "refused": Said.REFUSED}
    if look.outcome.value in by_outcome:
        return by_outcome[look.outcome.value]
    if look.outcome in FAILING:
        return Said.FAILING
    return Said.EMPTY_FILE if look.size == 0 else Said.HTML_FILE


def _finding(target: Target, said: Said, look: Look | None, expected: str) -> Finding:
    words = _BY_SAID[said]
    final = look.final_url if look is not None else ""
    found = words.found.format(
        status=look.status if look is not None else "",
        final=f"（转到 {final} 后）" if final and final.rstrip("/") != target.url.rstrip("/") else "",
        landed=(look.sends_on or final) if look is not None else "",
        words=_quoted(look.text) if look is not None else "",
        title=f"（标题“{look.title}”）" if look is not None and look.title else "",
    )
    name = f"“{target.text}”" if target.text else ""
    return Finding(
        url=target.page,
        subject=target.url,
        message=f"{name}{words.message}" if name else words.message,
        expected=expected,
        found=f"{found}；出现在 {target.pages} 个页面",
        advice=words.advice,
        evidence=(Proof(kind=words.proof, ref=target.url),),
    )


def _quoted(text: str) -> str:
    return f"“{' '.join(text.split())[:30]}”" if text.strip() else "信息不存在或参数错误"


_UNSAFE = {
    "intranet": ("链接指向内网或本机地址", "公众能够访问的地址", "请改为互联网地址，或删除这个链接"),
    "file": ("链接指向本机文件", "网站上的地址", "请上传该文件并更正地址；从文档粘贴时请先清除格式"),
    "leftover": ("链接中残留模板变量", "完整的网址", "请检查栏目模板和数据，补全链接地址"),
}


def unsafe_link(target: Target) -> Finding:
    """A link that nobody outside can follow, whatever stands behind it."""
    kind = target.unsafe.kind if target.unsafe is not None else "leftover"
    raw = target.unsafe.raw if target.unsafe is not None else target.url
    message, expected, advice = _UNSAFE[kind]
    return Finding(
        url=target.page,
        subject=target.url,
        message=message,
        expected=expected,
        found=f"链接地址写作“{raw}”；出现在 {target.pages} 个页面",
        advice=advice,
        evidence=(Proof(kind="dom", ref=raw),),
    )
