"""The probes, listed by hand: one file is one concern."""

from __future__ import annotations

from typing import Any

from probes import (
    a11y_effects,
    a11y_entry,
    a11y_wcag,
    columns,
    decision,
    display,
    document_service,
    field_content,
    footer,
    guide,
    home_fresh,
    interaction,
    interpretation,
    ipv6,
    links,
    meeting,
    meta,
    mismatch,
    new_media,
    on_request,
    one_source,
    privacy,
    search_box,
    search_titles,
    sections,
    service_rating,
    site,
    tamper,
)
from probes.base import Check, Probe
from probes.catalogue import CHECKS

ALL: tuple[Probe[Any, Any], ...] = (
    site.PROBE,
    footer.PROBE,
    meta.PROBE,
    home_fresh.PROBE,
    links.PROBE,
    columns.PROBE,
    search_box.PROBE,
    search_titles.PROBE,
    ipv6.PROBE,
    sections.PROBE,
    a11y_entry.PROBE,
    a11y_effects.PROBE,
    a11y_wcag.PROBE,
    display.PROBE,
    interaction.PROBE,
    guide.PROBE,
    service_rating.PROBE,
    on_request.PROBE,
    document_service.PROBE,
    decision.PROBE,
    meeting.PROBE,
    interpretation.PROBE,
    tamper.PROBE,
    privacy.PROBE,
    field_content.PROBE,
    new_media.PROBE,
    mismatch.PROBE,
    one_source.PROBE,
)

_BUILT: dict[str, Check] = {check.id: check for probe in ALL for check in probe.checks}
UNBUILT: tuple[Check, ...] = tuple(check for check in CHECKS if check.id not in _BUILT)
CHECKS_BY_ID: dict[str, Check] = {check.id: check for check in CHECKS} | _BUILT
