"""What Meta tells of our number and our templates: read leniently, for people who look after them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.whatsapp.raw import Part, parts, text, word

NUMBER_FIELDS = ("verified_name", "display_phone_number", "quality_rating", "throughput", "messaging_limit_tier")
TEMPLATE_FIELDS = ("name", "language", "status", "category", "rejected_reason")


@dataclass(frozen=True, slots=True)
class Number:
    """Our number: its name as people see it, itself as people dial it, its quality (GREEN, YELLOW, RED), how much it
    may send (STANDARD, HIGH) and to how many people outside the window a day (TIER_250 …)."""

    id: str
    name: str
    shown: str
    quality: str
    throughput: str
    tier: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A template as it stands at Meta: PENDING, APPROVED, REJECTED, PAUSED or DISABLED, and why it was rejected."""

    name: str
    language: str
    status: str
    category: str
    why: str = ""


def number(told: Part, phone_id: str) -> Number:
    return Number(
        word(told, "id") or phone_id,
        text(told, "verified_name"),
        text(told, "display_phone_number"),
        text(told, "quality_rating"),
        text(told, "throughput", "level"),
        text(told, "messaging_limit_tier"),
    )


def approvals(page: Part) -> list[Approval]:
    return [approval(part) for part in parts(page, "data")]


def approval(told: Part, name: str = "", language: str = "") -> Approval:
    why = text(told, "rejected_reason")
    return Approval(
        text(told, "name") or name,
        text(told, "language") or language,
        text(told, "status"),
        text(told, "category"),
        "" if why == "NONE" else why,
    )


def next_page(page: Part) -> str:
    """Where the list goes on; "" at its end."""
    return text(page, "paging", "cursors", "after") if text(page, "paging", "next") else ""
