"""How was it judged? What every report says of its method, whatever its format."""

from __future__ import annotations

from reports.model import Scheme
from reports.text import percent


def method(scheme: Scheme) -> str:
    """One paragraph."""
    return (
        "巡检程序以公开身份访问各单位门户，从首页、网站地图、信息公开专栏起逐级读取，"
        f"按“{scheme.title}”逐项核对。只有复核两次仍成立的问题才记为失分；没有测到、证据不足的一律记为“未能检测”，"
        "不扣分，也不当作问题。需要人工判断的，列为“待人工确认”，确认之前不计分。"
    )


def terms(scheme: Scheme) -> tuple[tuple[str, str], ...]:
    """The words of the tables, each with what it means."""
    return (
        ("得分", "已得分 ÷ 已测分值 × 100。"),
        ("可能区间", "把没有测到的机器可评分值全部算失去或全部算得到时，得分会落在的范围。"),
        (
            "覆盖率",
            "机器可评的分值中已测出结果的比例。"
            f"覆盖率不到 {percent(scheme.rank_gate)} 的单位不排名，列为“未评”。",
        ),
        (
            "名次区间",
            "各单位得分在可能区间内变动时，名次可能的范围。区间重叠的单位，名次先后仅供参考。",
        ),
    )
