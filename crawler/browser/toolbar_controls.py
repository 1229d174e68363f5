"""What a control of an accessibility tool promises, by its words or by the names of its icon.

Source: names seen on portals and in tools.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Effect(StrEnum):
    """What the entry may do, named as the checks are."""

    FONT = "font"
    COLOUR = "colour"
    GUIDE_LINE = "guide_line"
    VOICE = "voice"
    SPECIAL_VIEW = "special_view"


class Control(NamedTuple):
    mark: str
    frame: int
    text: str
    named: str
    tag: str = ""

    @property
    def selector(self) -> str:
        return f'[data-sunsweep="{self.mark}"]'

    @property
    def shown(self) -> str:
        return self.text or "（图标）"


_WORDS: Mapping[Effect, re.Pattern[str]] = {
    Effect.VOICE: re.compile(r"语音|朗读|读屏|播报|指读|连读|发声|声音|阅读(?:网页|全文|正文)|听网页"),
    Effect.GUIDE_LINE: re.compile(r"辅助线|十字|参考线|标尺|阅读线|导盲线|光标线|指示线|定位线"),
    Effect.COLOUR: re.compile(r"配色|对比|色调|颜色|色彩|反色|黑底|白底|黄字|夜间|主题|护眼|换肤"),
    Effect.FONT: re.compile(r"放大|字号|字体|大号|增大|加大|大字|缩放|文字大|^A\+$|^大$", re.IGNORECASE),
    Effect.SPECIAL_VIEW: re.compile(
        r"大字版|长[者辈]|适老|老年|老人|关[怀爱]|敬老|简洁|简版|极简|精简|纯文本|文本版|阅读版|专版"
    ),
}
_NAMES: Mapping[Effect, re.Pattern[str]] = {
    Effect.VOICE: re.compile(r"voice|sound|speak|speech|tts|audio|yuyin|langdu", re.IGNORECASE),
    Effect.GUIDE_LINE: re.compile(r"guide.?line|cross|ruler|fuzhuxian|reading.?line", re.IGNORECASE),
    Effect.COLOUR: re.compile(r"contrast|colou?r|theme|peise", re.IGNORECASE),
    Effect.FONT: re.compile(r"zoom|font|big|larger?|fangda|zihao", re.IGNORECASE),
    Effect.SPECIAL_VIEW: re.compile(r"elder|simpl|text.?only|pure|oldm|oldfixed", re.IGNORECASE),
}
LEAVES = re.compile(
    r"退出|关闭|重置|还原|恢复|复位|收起|隐藏|最小化|帮助|说明|声明|快捷键|固定|缩小|意见|^[Xx×✕]$"
)


def promising() -> str:
    """Every wording that promises an effect, as a regular expression that JavaScript reads the same way."""
    return "|".join(pattern.pattern for pattern in _WORDS.values())


def promises(control: Control) -> set[Effect]:
    """Which effects a control promises: by its words, else by the names of its icon."""
    said = {effect for effect, pattern in _WORDS.items() if pattern.search(control.text)}
    if said or control.text:
        # "大字版" is a view, not only a size.
        return said - {Effect.FONT} if Effect.SPECIAL_VIEW in said else said
    return {effect for effect, pattern in _NAMES.items() if pattern.search(control.named)}


def rank(control: Control) -> int:
    # A view enlarges what a larger font would hide: it comes before the font.
    order = (Effect.VOICE, Effect.GUIDE_LINE, Effect.COLOUR, Effect.SPECIAL_VIEW, Effect.FONT)
    promised = promises(control)
    return min((order.index(effect) for effect in promised), default=len(order))
