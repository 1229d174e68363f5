"""What opens at a portal's address is not always the unit's home page: then that is the one thing said."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.server import Answer, Host, redirect
from tests.sweep.onesite import NAME, PORTAL, Told, html, told_of

NEW = "www.lufengshi.gov.cn"
ROWS = "".join(
    f'<li><a href="/a/{n}.html">关于做好第{n}项重点工作的通知</a><span>2026-11-{n:02}</span></li>'
    for n in range(1, 19)
)
OWN = f"<h1>{NAME}</h1><ul>{ROWS}</ul><div class=footer>主办：{NAME} 电话：0660-1234567</div>"
SHOP = f"<h1>建材批发</h1><ul>{ROWS.replace('工作的通知', '建材的价格')}</ul>"
NGINX = (
    "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed.</p>"
)
IIS = '<a href="http://go.microsoft.com/fwlink/"><img src="iisstart.png" alt="IIS" width="960"></a>'
LOGIN = "<form method=post>用户名<input name=u>密码<input type=password name=p><button>登录</button></form>"

STRANGERS = {
    "a redirect to another site": (redirect(f"http://{NEW}:@PORT@/"), "已迁往"),
    "a script that leaves": (html(f"<script>location.href='http://{NEW}:@PORT@/'</script>"), "已迁往"),
    "a notice": (html(f"<p>网站已迁移至 <a href='http://{NEW}/'>{NEW}</a>，请访问</p>", "公告"), "已迁往"),
    "nginx": (html(NGINX, "Welcome to nginx!"), "默认页面"),
    "iis": (html(IIS, "IIS Windows Server"), "默认页面"),
    "a site farm": (html("<h1>站群管理平台</h1><p>该域名未绑定站点</p>", "默认站点"), "默认页面"),
    "parked": (html("<h1>lufeng.com</h1><p>该域名正在出售 This domain is for sale</p>", "域名出售"), "停放"),
    "login": (html(LOGIN, "内容管理系统"), "登录页面"),
    "another unit": (html(OWN.replace("陆丰市", "海丰县"), "海丰县人民政府"), "其他单位"),
    "a shop": (html(SHOP, "万家建材"), "其他单位"),
}  # fmt: skip

UNSURE = {
    "maintenance": html("网站升级改版中，敬请期待", NAME),
    "closed": html("本网站临时关停整改", NAME),
    "nothing": Answer(b""),
    "an empty page": html(""),
    "apache's first words": html("<h1>页面不存在</h1>", "404"),
}

OWNS = {
    "home": {"/": html(OWN, NAME)},
    "refresh": {
        "/": html("", head="<meta http-equiv=refresh content='0;url=/portal/'>"),
        "/portal/": html(OWN, NAME),
    },
    "script": {
        "/": html("<script>window.location.href='/portal/'</script>"),
        "/portal/": html(OWN, NAME),
    },
    "frameset": {
        "/": Answer(b"<html><head></head><frameset rows='*'><frame src='/portal/'></frameset></html>"),
        "/portal/": html(OWN, NAME),
    },
    "short name": {"/": html(OWN.replace(NAME, "陆丰市政府"), "陆丰政府网")},
    "news of a site that moves": {"/": html(f"{OWN}<p>我市政务服务网站已迁移至省平台</p>", NAME)},
}

SPLASHES = {
    "a splash page on a site farm": {
        "/": html(
            "<a href='/index/'>进入网站</a><p>主办单位：陆丰市人民政府 技术支持：政府网站站群管理平台</p>",
            NAME,
        )
    },
    "a splash page that calls itself new": {
        "/": html("<p>欢迎访问新版网站</p><div class=footer>主办单位：陆丰市人民政府</div>", NAME)
    },
    "a home with a login of its own": {
        "/": html(f"{LOGIN}<div class=footer>主办单位：陆丰市人民政府</div>", NAME)
    },
    "a farm's name in the title": {"/": html(OWN, "陆丰市政府网站群平台")},
}


def faults_besides(told: Told) -> set[str]:
    return told.faults - {"site.reachable"}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_one_fault(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, words = STRANGERS[name]
    hosts = {PORTAL: Host({"/": home}), NEW: Host({"/": html(OWN, NAME)})}
    told = told_of(hosts, tmp_path, monkeypatch, division="441581", expect={"site_code": "4415810001"})
    assert told.faults == {"site.reachable"}
    (finding,) = told.results["site.reachable"]["findings"]
    assert words in finding["found"]
    assert told.reason("footer.icp") == told.reason("site.domain") == ("unknown", "home_unreachable")


@pytest.mark.parametrize("name", UNSURE)
def test_what_may_pass_is_no_fault(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_of({PORTAL: Host({"/": UNSURE[name]})}, tmp_path, monkeypatch)
    assert told.reason("site.reachable") == ("unknown", "suspected")
    assert told.faults == {"ipv6.aaaa"}, "a DNS fact, whatever is shown"


@pytest.mark.parametrize("name", OWNS)
def test_the_units_own_home_is_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_of({PORTAL: Host(dict(OWNS[name]))}, tmp_path, monkeypatch)
    assert told.reason("site.reachable") == ("pass", None)
    assert told.reason("footer.sponsor") == ("pass", None)
    assert "footer.icp" in told.faults


@pytest.mark.parametrize("name", SPLASHES)
def test_a_page_that_names_the_unit_is_no_strangers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_of({PORTAL: Host(dict(SPLASHES[name]))}, tmp_path, monkeypatch)
    assert told.reason("site.reachable") == ("pass", None)


def test_a_bureau_by_its_short_name_is_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list says 市住建局, the page 住房和城乡建设局 and nothing else."""
    home = html(OWN.replace("陆丰市人民政府", "本市住房和城乡建设局"), "住房和城乡建设局")
    told = told_of({PORTAL: Host({"/": home})}, tmp_path, monkeypatch, name="汕尾住建局", kind="department")
    assert told.reason("site.reachable") == ("pass", None)


def test_a_new_address_that_the_list_knows_is_the_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = {PORTAL: Host({"/": redirect(f"http://{NEW}:@PORT@/")}), NEW: Host({"/": html(OWN, NAME)})}
    told = told_of(hosts, tmp_path, monkeypatch, scope=[f"http://{PORTAL}:@PORT@/", f"http://{NEW}:@PORT@/"])
    assert told.reason("site.reachable") == ("pass", None)


def test_a_stranger_at_one_look_only_is_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def home(request: object) -> Answer:
        asked.append("")
        return html(NGINX, "Welcome to nginx!") if len(asked) < 4 else html(OWN, NAME)

    told = told_of({PORTAL: Host({"/": home})}, tmp_path, monkeypatch)
    assert told.state["portal"] == "open"
    assert "site.reachable" not in told.faults


def test_a_home_that_a_script_fills_is_not_judged_without_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = html('<div id="app"></div><script src="/app.js"></script>', NAME)
    told = told_of({PORTAL: Host({"/": shell})}, tmp_path, monkeypatch)
    assert not faults_besides(told) - {"ipv6.aaaa"}, sorted(told.faults)
