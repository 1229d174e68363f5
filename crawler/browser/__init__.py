"""A real browser, only by the gate: tabs, rendering, using accessibility tools."""
