"""Free words or an approved template: WhatsApp takes free words for 24 hours after the person's last. Pure."""

from __future__ import annotations

from datetime import datetime

from messages.chat import MARGIN, OPEN, Said, Template, WindowClosed


def free(heard_at: datetime | None, now: datetime) -> bool:
    """Whether free words may go to who last spoke at `heard_at`."""
    return heard_at is not None and now - heard_at < OPEN - MARGIN


def template_for(said: Said, heard_at: datetime | None, now: datetime) -> Template | None:
    """The template that must stand in for `said`; None: free words may go. Raises `WindowClosed`."""
    if free(heard_at, now):
        return None
    if said.template is None:
        raise WindowClosed("the person last wrote more than 24 hours ago, and there is no template for this message")
    return said.template
