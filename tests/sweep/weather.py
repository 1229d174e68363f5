"""Bad weather over the demo city: every way in which hosts, and our own network, get in the way of a sweep.

A trouble changes answers; a page's draw is the same however often it is asked. Times are the program's own:
sweeps in this weather run in virtual time (tests.sweep.hurry).
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from demo.city import City
from demo.server import Answer, Asked, Handler, Host

Change = Callable[[Asked, Answer], Answer]

SPARED = ("/", "/sjyj/", "/robots.txt")
INVENTED = re.compile(r"/[0-9a-f]{12}\.html$")  # what probes ask for to learn what missing pages look like
RIVER = b"<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>"
JIASULE = b"<script>document.cookie='__jsl_clearance=1;path=/';location.href=location.pathname</script>"
CLOUD = (
    "<html><title>拒绝执行 | 网站云防护系统</title><body>访问被拦截，网站云防护系统</body></html>".encode()
)
MAINTENANCE = "<html><title>系统维护</title><body>网站升级维护中，请稍后访问</body></html>".encode()
ERROR = "<html><head><title>页面不存在</title></head><body><h1>404</h1>您访问的页面不存在{}</body></html>"
WALLS = (
    Answer(RIVER, 412),
    Answer(RIVER, 202),
    Answer(JIASULE, 521),
    Answer(CLOUD, 403),
    Answer(CLOUD, 404),
    Answer(CLOUD, 200),
)
HEAD = ("405", "403", "404", "hang")  # how a HEAD-hater answers


@dataclass(slots=True)
class Weather:
    """What happens to whom. `dark` holds while our own network is lost; `dead` names hosts that are down."""

    seed: int
    troubled: set[str] = field(default_factory=set)  # pages that a draw has hit, as host + path
    dark: Callable[[], bool] = lambda: False
    dead: dict[str, Callable[[], bool]] = field(default_factory=dict)

    def draw(self, asked: Asked, what: str, share: float) -> bool:
        if asked.path in SPARED or INVENTED.search(asked.path):
            return False
        hit = random.Random(f"{self.seed} {what} {asked.host} {asked.path}").random() < share
        if hit:
            self.troubled.add(asked.host + asked.path)
        return hit

    def one_of(self, asked: Asked, what: str, answers: tuple[Answer, ...]) -> Answer:
        return random.Random(f"{self.seed} {what} {asked.path}").choice(answers)


def over(city: City, weather: Weather, change: Change, hosts: tuple[str, ...]) -> None:
    """Put `change` before every page of these hosts; darkness and death before it, and hatred of HEAD."""
    for name in hosts:
        city.hosts[name] = _Disturbed(city.hosts[name].find, weather, change)
    canary = "canary.example.cn"
    city.hosts[canary] = _Disturbed(city.hosts[canary].find, weather, lambda asked, answer: answer)


class _Disturbed(Host):
    def __init__(self, find: Handler, weather: Weather, change: Change) -> None:
        super().__init__()
        self._find, self._weather, self._change = find, weather, change

    def find(self, asked: Asked) -> Answer:
        found = self._find(asked)
        answer = found if isinstance(found, Answer) else found(asked)
        if self._weather.dark() or self._weather.dead.get(asked.host, lambda: False)():
            return replace(answer, reset=True)
        if asked.method == "HEAD":
            how = HEAD[self._weather.seed % len(HEAD)]
            return replace(answer, delay=60.0) if how == "hang" else replace(answer, head_status=int(how))
        return self._change(asked, answer)


def since(begin: float, seconds: float, started: Callable[[], bool]) -> Callable[[], bool]:
    """True from `begin` seconds after `started` is first true, for so many seconds."""
    first: list[float] = []

    def now() -> bool:
        moment = asyncio.get_running_loop().time()
        if started() and not first:
            first.append(moment)
        return bool(first) and begin <= moment - first[0] < begin + seconds

    return now


# -- single troubles


def walls(weather: Weather) -> Change:
    return lambda asked, answer: (
        weather.one_of(asked, "wall", WALLS) if weather.draw(asked, "walls", 0.3) else answer
    )


def broken(weather: Weather) -> Change:
    """Never the page: errors and cut connections, for the same pages always."""

    def change(asked: Asked, answer: Answer) -> Answer:
        kinds = (Answer(b"error", 500), Answer(b"error", 502), replace(answer, reset=True))
        return weather.one_of(asked, "broken", kinds) if weather.draw(asked, "broken", 0.1) else answer

    return change


def maintenance(weather: Weather) -> Change:
    return lambda asked, answer: Answer(MAINTENANCE) if weather.draw(asked, "closed", 0.3) else answer


def maintenance_day(weather: Weather) -> Change:
    """Whatever is asked, the home page too."""
    return lambda asked, answer: Answer(MAINTENANCE)


def one_wall(weather: Weather) -> Change:
    """Everything behind a wall that answers 200."""
    return lambda asked, answer: Answer(CLOUD, 200)


def calm(weather: Weather) -> Change:
    return lambda asked, answer: answer


# -- all together


def storm(weather: Weather) -> Change:
    """Walls, slow and endless pages, passing 503s and errors that stay, some maintenance."""
    asked_before: set[str] = set()

    def change(asked: Asked, answer: Answer) -> Answer:
        place = asked.host + asked.path
        if weather.draw(asked, "walls", 0.02):
            return weather.one_of(asked, "wall", WALLS)
        if weather.draw(asked, "broken", 0.02):
            kinds = (Answer(b"error", 500), replace(answer, delay=60.0), replace(answer, reset=True))
            return weather.one_of(asked, "broken", kinds)
        if weather.draw(asked, "closed", 0.01):
            return Answer(MAINTENANCE)
        drawn = random.Random(f"{weather.seed} passing {place}").random()
        if drawn < 0.05 and place not in asked_before:
            asked_before.add(place)
            again = (("Retry-After", "3"),) if drawn < 0.02 else ()
            return Answer(b"Service Unavailable", 503, headers=again)
        if drawn > 0.9:
            return replace(answer, delay=2.0 + 120 * (drawn - 0.9))  # 2 to 14 seconds
        return answer

    return change


# -- five ways of saying "not here" with 200


def _text(asked: Asked) -> Answer:
    return Answer(ERROR.format("").encode())


def _to_error_page(asked: Asked) -> Answer:
    if asked.path == "/error.html":
        return Answer(ERROR.format("，请返回首页").encode())
    return Answer(b"", 302, headers=(("Location", "/error.html"),))


def _by_script(asked: Asked) -> Answer:
    return Answer(b"<html><head><script>window.location.href='/'</script></head><body></body></html>")


def _of_any_size(asked: Asked) -> Answer:
    words = random.Random(f"{asked.path}").sample("春夏秋冬东南西北山水田林路", k=9)
    return Answer(ERROR.format(f"<p>{''.join(words) * (len(asked.path) % 7)}</p>").encode())


def soft_404(city: City, name: str, number: int) -> None:
    """Give a host its way of answering what is not there: one of six."""
    host = city.hosts[name]
    kinds: tuple[Answer | Handler, ...] = (
        _text,
        lambda asked: Answer(b"", 302, headers=(("Location", "/"),)),
        _to_error_page,
        _by_script,
        _of_any_size,
        host.pages["/"],  # the home page itself
    )
    host.missing = kinds[number % len(kinds)]
