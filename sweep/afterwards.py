"""What the commands over finished sweeps do: replay, evidence, diff, recheck, prune."""

from __future__ import annotations

import sys

from rules.load import load
from storage.repo import Store
from sweep.commands import Outcome, outcome_of
from sweep.publish import print_sweep
from sweep.replay import replay as replay_sweep


async def replay(db: str, sweep_id: str) -> Outcome:
    """Observe, judge and score again from the archive alone."""
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id)
        kept = await replay_sweep(store, row)
        if kept:
            say(f"有 {kept} 个页面因含个人信息、属附件或缺少补充文件，沿用巡检时读取的内容")
        await print_sweep(store, row, [load(name) for name in row.packs])
        return await outcome_of(store, row, row.packs[0])


def say(text: str) -> None:
    """A remark for the person at the terminal; data goes to stdout."""
    print(text, file=sys.stderr)
