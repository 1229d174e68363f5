"""What a check read (`observed`), in words: labels, values, and links that can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.model import Observed
from reports.text import clean, plain, web_link

MAX_LINKS = 20  # of one observed value
SKIPPED = frozenset({"latency", "void"})  # of no use on paper, or said as the reason

OBSERVED = {
    "count_by": "计日方法",
    "median_days": "答复用时中位数（工作日）",
    "calendar_incomplete": "节假日安排尚不完整",
    "channels": "已列明的渠道",
    "quote": "摘录",
    "value": "读到的值",
    "suspected": "疑似打不开、尚未认定的链接",
    "sample": "抽查的页面",
    "shared_with": "与同一主机共用结果的单位",
    "pages": "出现的页数",
    "warnings": "预警",
    "links": "有关链接",
    "why": "说明",
    "error": "读取时的错误",
    "state": "状态",
    "untested": "没有测到的",
    "newest": "最新日期",
    "dates": "日期",
    "title": "标题",
    "url": "网址",
    "column": "栏目",
    "address": "地址",
    "addresses": "地址",
    "share": "比例",
    "certificate": "证书情况",
    "carried": "沿用上次巡检的证据",
    "published": "本期发布的份数",
    "doubts": "未能核对的及原因",
    "replay": "见到的直播或回放形式",
    "forms": "见到的解读形式",
    "voices": "见到的解读身份",
    "own": "本级解读篇数",
    "above": "上级解读篇数",
    "found": "找到的内容",
    "optional": "没有找到、但不计入的内容",
    "columns": "核对的栏目数",
    "accounts": "新媒体账号",
    "external_hosts": "链接到的外部网站及页数（供人工核查）",
    "new_hosts": "其中上次巡检没有的外部网站",
    "signs": "镜像站的迹象",
    "attachments": "附件",
    "total": "总数",
    "name": "栏目名称",
    "rows": "条目数",
    "on": "出现在",
    "how": "认定方式",
    "places": "涉及处数",
    "confidence": "置信度",
    "match": "认定依据",
    "undated": "没有日期的",
    "in_period": "评估期内条数",
    "read": "已读取的页面",
    "catalogues": "标准目录类信息条数",
    "entry": "入口",
    "by": "所用控件",
    "lacking": "缺少的标签（处数）",
    "due_year": "应有年度",
    "years": "读到的年度",
    "needs_browser": "须用浏览器才能看到的",
    "lacking_pages": "有缺少的页数",
    "action": "检索地址",
    "claims": "页面自称支持IPv6",
    "first": "第一次访问",
    "second": "第二次访问",
    "text": "入口文字",
    "exempt": "免查的上级栏目",
    "error_report": "找错入口中的标识码",
    "icp": "ICP备案号",
    "meta": "标签中的标识码",
    "site_code": "网站标识码",
    "code": "标识码",
    "dated": "有日期的条数",
    "missing_pages": "疑似错误页",
    "kind": "检索方式",
    "answers": "应答",
    "tries": "各次访问",
    "engine": "检索引擎",
    "invented_found": "虚构标题也能查到",
    "lasts": "换页后仍有效",
    "answering": "能访问的",
    "not_answering": "不能访问的",
    "limit": "限值",
    "overlap": "链接重合度",
    "title_ipv4": "IPv4页面标题",
    "title_ipv6": "IPv6页面标题",
    "tried": "试过的控件",
    "shown": "页面所示",
    "not_visited": "未访问的网址（按模式计数）",
    "status": "状态码",
    "results": "查得条数",
    "page_size": "每页条数",
    "hits": "相符的",
    "wall": "防护标识",
    "home": "首页疑点",
    "landed": "最终打开的网址",
    "week_reached": "一周监测达到否决线",
    "week_below": "一周监测未达到否决线",
    "week_open": "一周监测样本不足",
}

# How a request ended, in words for people.
OUTCOMES = {
    "ok": "已打开",
    "gone": "404 或 410",
    "denied": "拒绝访问（4xx）",
    "limited": "被要求放慢",
    "server_error": "服务器错误（5xx）",
    "wall": "防护拦截",
    "nxdomain": "域名不存在",
    "no_address": "没有这类地址",
    "dns_failed": "域名解析失败",
    "refused": "拒绝连接",
    "reset": "连接中断",
    "unrouted": "没有线路",
    "connect_timeout": "连接超时",
    "too_slow": "超时",
    "tls": "证书或加密握手失败",
    "protocol": "应答不合规范",
    "too_large": "页面过大",
    "redirects": "反复跳转",
    "bad_url": "网址不合规范",
    "forbidden_address": "内网地址，未访问",
    "robots": "robots 规则不允许",
    "own_network": "检测方断网",
    "budget": "超出预算",
}
_FORMS = {"form": "检索表单", "script": "脚本检索", "none": "未见检索"}
_MARKS = {"image": "图片", "script": "脚本", "link": "链接"}
# Values that are names of the program's own, by the key under which they stand.
VALUES: Mapping[str, Mapping[str, str]] = {
    "kind": _FORMS,
    "engine": _FORMS,
    "value": _MARKS,
    "how": {"script": "脚本", "words": "按文字", "link": "链接"},
    "state": {
        "address": "查到（网址相符）",
        "title": "查到（标题相符）",
        "missed": "没有查到",
        "unclear": "不能确定",
    },
    "home": {
        "closed": "维护或关停公告",
        "empty": "空白页面",
        "error": "错误页面",
        "wall": "网站防护拦截",
        "default": "服务器默认页面",
        "parked": "域名停放页面",
        "moved": "迁往其他网址",
        "login": "登录页面",
        "other": "其他单位的网站",
    },
    "first": OUTCOMES,
    "second": OUTCOMES,
    "tries": OUTCOMES,
    "untested": OUTCOMES,
}


def observed_view(key: str, value: Any) -> Observed:
    """One thing that a check read; a list of pages becomes links, so that it can be looked at."""
    label = OBSERVED.get(key, clean(key, 40))
    urls = [value] if isinstance(value, str) else value
    links = (
        [web_link(url) if isinstance(url, str) else None for url in urls] if isinstance(urls, list) else []
    )
    if not links or None in links:
        return Observed(label, plain(in_words(key, value)), ())
    shown = tuple(link for link in links[:MAX_LINKS] if link)
    more = f"等 {len(links)} 个" if len(links) > MAX_LINKS else ""
    return Observed(label, more, shown)


def in_words(key: str, value: Any) -> Any:
    """The same with labels for keys and words for the program's own names."""
    words = VALUES.get(key, {})
    if isinstance(value, Mapping):
        return {
            words.get(name) or OBSERVED.get(name, name): in_words(name, one)
            for name, one in value.items()
            if name not in SKIPPED
        }
    if isinstance(value, list | tuple):
        return [in_words(key, one) for one in value]
    return words.get(value, value) if isinstance(value, str) else value
