"""The links of a piece of HTML as a tree: which nodes hold links, how many, and in which region they stand.

Pure. One pass over the anchors: each climbs until it meets a node that another one has met.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.markup.regions import weigh


class Spot:
    """A node that holds links: its children that hold links, and how many links there are below.

    Others are named by key: a circle of references would keep the page's tree until the next collection.
    """

    __slots__ = ("children", "links", "node", "parent", "region")

    def __init__(self, node: LexborNode, children: list[int]) -> None:
        self.node = node
        self.parent: int | None = None
        self.children = children
        self.links = 1
        self.region: float | None = None  # weight of where it stands, filled when asked


class LinkTree:
    """Every node of a parsed document that holds links, by key."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.spots: dict[int, Spot] = {}
        self.total = 0
        self._plant(tree)

    def _plant(self, tree: LexborHTMLParser) -> None:
        spots = self.spots
        joined: dict[int, int] = {}  # how many anchors met each known node
        for anchor in tree.css("a"):
            key = anchor.mem_id
            spot = spots[key] = Spot(anchor, [])
            self.total += 1
            node = anchor.parent
            while node is not None:
                upper = spot.parent = node.mem_id
                known = spots.get(upper)
                if known is not None:
                    if known.children:
                        joined[upper] = joined.get(upper, 0) + 1
                    else:  # a link within a link: what holds both counts it once
                        known.links += 1
                    known.children.append(key)
                    break
                spot = spots[upper] = Spot(node, [key])
                key = upper
                node = node.parent
        for met, count in joined.items():
            up: int | None = met
            while up is not None:
                spots[up].links += count
                up = spots[up].parent

    def below(self, spot: Spot) -> list[Spot]:
        """The children of a node that hold links."""
        return [self.spots[key] for key in spot.children]

    def above(self, spot: Spot) -> Spot | None:
        return self.spots[spot.parent] if spot.parent is not None else None

    def first(self, spot: Spot) -> LexborNode:
        """The first link below a node."""
        while spot.children:
            spot = self.spots[spot.children[0]]
        return spot.node

    def anchors(self, spot: Spot) -> list[LexborNode]:
        """The links below a node, in document order."""
        if not spot.children:
            return [spot.node]
        if spot.links == 1:  # one chain down to one link
            return [self.first(spot)]
        return [node for child in self.below(spot) for node in self.anchors(child)]

    def kin(self, one: int, other: int) -> bool:
        """Is one of the two nodes inside the other?"""
        return self._over(one, other) or self._over(other, one)

    def _over(self, upper: int, key: int | None) -> bool:
        while key is not None:
            if key == upper:
                return True
            key = self.spots[key].parent
        return False

    def region(self, spot: Spot) -> float:
        """The weight of the region a node stands in (crawler.markup.regions)."""
        if spot.region is None:
            above = self.above(spot)
            outer = 1.0 if above is None else self.region(above)
            spot.region = weigh(spot.node, spot.links / self.total, outer)
        return spot.region
