"""Is a site the mirror of another (镜像站)? Signs only; two strong ones beside a foreign host decide.

Mirror sites copy a portal onto a bought domain and rewrite host and unit names. A government site on a plain
host, old or moved, has none of these signs. Source: docs/method.md, Safety.
"""

from __future__ import annotations

from crawler.model import Unit
from probes.footer_codes import province_sign, well_formed
from probes.tamper_signs import Home

ENOUGH = 2  # strong signs (assumed)


def is_government(host: str) -> bool:
    """Under .gov.cn, which nobody can buy."""
    return host.rstrip(".").endswith(".gov.cn")


def mirror_signs(home: Home, host: str, unit: Unit | None = None) -> list[str]:
    """Strong signs, in Chinese, that a home page on `host` is a mirror; none under .gov.cn.

    With a unit its division and filed code are compared; without one only what the page says of itself.
    """
    if is_government(host):
        return []
    signs = []
    code = well_formed(home.site_code)
    code_province = code[:2] if code and code.isdigit() else None
    filed = well_formed(unit.expect.site_code) if unit else None
    own = unit.division[:2] if unit and unit.division else None
    if home.icp and (expected := own or code_province):
        names = province_sign(expected)
        if names and province_sign_known(home.icp[0]) and home.icp[0] not in names:
            signs.append(f"ICP 备案 {home.icp} 不属于本地区（应为“{names[0]}”）")
    if unit and code and ((own and code_province and code_province != own) or (filed and code != filed)):
        signs.append(f"网站标识码 {code} 属于其他单位")
    if home.junk:
        signs.append(f"页面顶部有镜像程序注入的代码块（重复的 id“{home.junk}”）")
    if home.word:
        signs.append(f"网站名称或标题被替换，含“{home.word}”")
    domain = (home.site_domain or "").removeprefix("http://").removeprefix("https://").strip("/").lower()
    if is_government(domain) and domain != host:
        signs.append(f"页面标签 SiteDomain 是另一网站 {domain}")
    return signs


def province_sign_known(sign: str) -> bool:
    """Whether the first character of an ICP record is that of a province."""
    return any(sign in province_sign(f"{number:02}") for number in range(11, 66))
