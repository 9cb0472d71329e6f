"""Letters of broadcasts: words are opened, and names looked up, when the message leaves; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from handlers import audience, receipt, senders
from handlers import broadcast as dialog
from handlers.facts import name_of
from handlers.letters.registry import Withheld, Writing, letter
from messages import broadcast as told
from messages import broadcast_receipt as receipts_told
from messages.render import Words
from messages.words import day_in, hour_in, place, title
from storage import audience as shelf
from storage import broadcasts, elections, fanout, people, receipts
from storage.audience import Filter
from storage.broadcasts import ASKING, Broadcast
from storage.database import Tx

PAGE = 10  # TPS
RECENT = 10
ORDER = ("sent", "sending", "waiting", "paused", "failed", "expired", "unknown", "withdrawn")
# What the outbox writes down, as a report names it; the first that fits.
REASONS = (("used up", "tier"), ("24 hours", "window"), ("131026", "undelivered"), ("131049", "undelivered"),
           ("130472", "undelivered"),
           ("block", "blocked"), ("he stopped", "stopped"), ("stopped", "halted"), ("unlinked", "unlinked"),
           ("about is gone", "unlinked"), ("deactivated", "gone"), ("not found", "gone"), ("no more", "gone"),
           ("peer_id", "gone"), ("may have arrived", "unsure"), ("time was over", "late"), ("refused", "refused"),
           ("bad request", "refused"))  # fmt: skip


def _of(w: Writing) -> Broadcast | None:
    return broadcasts.by_id(w.tx, w.refs["broadcast"])


def _managed(w: Writing) -> Broadcast | None:
    """The same, where who reads may steer it: a role, or the chat, may be somebody else's by now."""
    sent = _of(w)
    return sent if sent and senders.steering(w.tx, sent, senders.of(w.tx, w.to.roles)) else None


def _signed(tx: Tx, sent: Broadcast) -> tuple[str, str]:
    """Sender and institution; without a sender the operator's post speaks for the election."""
    if sent.sender_id:
        return name_of(tx, sent.sender_id), title("coordinator", "", "", sent.institution)
    election = elections.by_id(tx, sent.election_id)
    return "Posko", election.name if election else ""


@letter("broadcast")
def _broadcast(w: Writing) -> Words | Withheld | None:
    """The message itself; `preview`: as it will be received, without what only its recipient may tap."""
    sent = _of(w)
    if sent is None or not w.to.linked or w.to.person_id is None:
        return None
    preview = bool(w.refs.get("preview"))
    first = broadcasts.family(w.tx, sent)[0] if sent.repeats else sent
    his = None if preview else receipts.of(w.tx, first.id or 0, w.to.person_id)
    if his is None and not preview:
        return None  # unlinked meanwhile, or linked to somebody else
    if not preview and people.stopped(w.tx, w.to.address_id):
        return Withheld("withdrawn", "he stopped broadcasts")
    content = w.tx.vault.open_json(sent.words_sealed)
    signed = _signed(w.tx, sent)
    has = his is not None and his.received_at is not None
    chairs = receipt.chairs(w.to.roles) if sent.receipt and not preview else []
    return told.Message(
        broadcast=0 if preview else first.id or 0, text=content["text"], sender=signed[0], institution=signed[1],
        receipt=("received" if has else "asked") if sent.receipt else "", at=his.received_at if his else None,
        by=name_of(w.tx, his.received_by) if his and his.received_by != his.person_id else "",
        reminds=bool(w.refs.get("reminds")), crew=bool(chairs and receipt.crew_of(w.tx, first, chairs)),
        file_kind=sent.file_kind, file_ref=content["ref"],
    )  # fmt: skip


def _described(tx: Tx, sent: Broadcast) -> told.Pairs:
    return audience.described(Filter.of_json(sent.chosen), shelf.known(tx, sent.election_id))


def _counts(tx: Tx, sent: Broadcast) -> told.Pairs:
    found = fanout.tally(tx, sent.bulk_id)
    return tuple((state, str(found[state])) for state in ORDER if found.get(state))


@letter("broadcast_progress")
def _progress(w: Writing) -> Words | None:
    sent = _managed(w)
    return _standing(w, sent) if sent is not None else None


def _standing(w: Writing, sent: Broadcast) -> told.Progress:
    asked = broadcasts.answers(w.tx, sent.id or 0) if sent.state == ASKING else []
    names = people.names(w.tx, [each.person_id for each in asked])
    return told.Progress(
        broadcast=sent.id or 0, number=sent.number, state=sent.state, audience=_described(w.tx, sent),
        people=sum(sent.reach.values()), counts=_counts(w.tx, sent), why=dialog.why(sent.reach),
        asked=tuple((names.get(each.person_id, "?"), each.answer) for each in asked[:20]), due_at=sent.due_at,
        lapses_at=sent.lapses_at, receipt=sent.receipt,
    )  # fmt: skip


@letter("broadcast_agree")
def _agree(w: Writing) -> Words | None:
    sent = _of(w)
    if sent is None or not w.to.linked:
        return None
    answers = {each.person_id: each.answer for each in broadcasts.answers(w.tx, sent.id or 0)}
    if w.to.person_id not in answers:
        return None
    signed, said = _signed(w.tx, sent), answers[w.to.person_id]
    return told.Agree(
        broadcast=sent.id or 0, number=sent.number, sender=signed[0], institution=signed[1],
        audience=_described(w.tx, sent), people=sum(sent.reach.values()), due_at=sent.due_at,
        lapses_at=sent.lapses_at, answer=said or ("" if sent.state == ASKING else "over"),
    )  # fmt: skip


@letter("broadcast_news")
def _told(w: Writing) -> Words | None:
    sent = _of(w)
    if sent is None or not w.to.linked or w.to.person_id != sent.sender_id:
        return None
    return told.Told(sent.number, w.refs["what"], name_of(w.tx, w.refs["who"]))


@letter("broadcast_report")
def _report(w: Writing) -> Words | None:
    sent = _managed(w)
    return _reported(w, sent) if sent is not None else None


def _reported(w: Writing, sent: Broadcast) -> told.Report:
    return told.Report(
        broadcast=sent.id or 0, number=sent.number, stopped=sent.state == broadcasts.STOPPED,
        people=sum(sent.reach.values()), counts=_counts(w.tx, sent), reasons=_reasons(w.tx, sent),
        why=dialog.why(sent.reach), repeated=tuple(sent.repeated.split()), receipt=sent.receipt,
    )  # fmt: skip


def _reasons(tx: Tx, sent: Broadcast) -> told.Pairs:
    found: dict[str, int] = {}
    for (_, reason), n in fanout.reasons(tx, sent.bulk_id).items():
        code = reason_code(reason)
        found[code] = found.get(code, 0) + n
    return tuple((code, str(n)) for code, n in sorted(found.items(), key=lambda each: -each[1]))


def reason_code(reason: str) -> str:
    """`403: Forbidden: bot was blocked by the user` → blocked."""
    plain = reason.casefold()
    return next((code for part, code in REASONS if part in plain), "other")


@letter("broadcast_standing")
def _read(w: Writing) -> Words | None:
    """Under a broadcast that somebody reads: with buttons for who may steer it, else only how it stands."""
    sent, managed = _of(w), _managed(w)
    if managed is not None:
        return _reported(w, managed) if managed.ended_at else _standing(w, managed)
    may = sent is not None and senders.may_read(sent, senders.of(w.tx, w.to.roles))
    return replace(_standing(w, sent), broadcast=0) if sent is not None and may else None


@letter("broadcast_recent")
def _recent(w: Writing) -> Words | None:
    found = senders.of(w.tx, w.to.roles)
    if not found:
        return None
    zones = {each.election.id: each.election.zone for each in found}
    newest = [each for election_id in zones for each in broadcasts.recent(w.tx, election_id, 100)]
    mine = [each for each in newest if senders.may_read(each, found) or senders.steering(w.tx, each, found)]
    mine.sort(key=lambda each: -each.number)
    days = ((each, _when(each.confirmed_at, zones[each.election_id])) for each in mine[:RECENT])
    return told.Recent(tuple((each.id or 0, f"B-{each.number:04d} · {day}") for each, day in days))


def _when(at: datetime | None, zone: str) -> str:
    return f"{day_in(at, zone)} {hour_in(at, zone)}" if at else ""


@letter("broadcast_sheet")
def _sheet(w: Writing) -> Words | None:
    sent = _managed(w)
    return receipts_told.Sheet(sent.id or 0, sent.number) if sent is not None else None


def sheet(tx: Tx, broadcast_id: int) -> Callable[[], bytes]:
    """The names of a broadcast, read now; called, they become a workbook, which takes a second for a city."""
    sent = broadcasts.by_id(tx, broadcast_id)
    assert sent is not None  # a message asked for it
    election = elections.by_id(tx, sent.election_id)
    rows = list(_rows(tx.rows(fanout.sheet(sent)), election.zone if election else "WIB"))
    return partial(receipts_told.workbook, rows)


def _rows(found: Iterable[Any], zone: str) -> Iterable[tuple[str, ...]]:
    for row in found:
        number = f"{row.number:03d}" if row.number else ""
        why = row.why or (reason_code(row.reason) if row.reason else "")
        yield (row.name, row.kelurahan or "", number, row.state or "", why,
               _when(row.received_at, zone), row.by or "")  # fmt: skip


@letter("receipts")
def _receipts(w: Writing) -> Words | None:
    sent = _managed(w)
    if sent is None:
        return None
    page, (had, all_) = w.refs["page"], receipts.counts(w.tx, sent.id or 0)
    found = receipts.missing(w.tx, sent.id or 0, page * PAGE, PAGE + 1)
    lines = tuple((place(number, ward, ""), ", ".join(names)) for number, ward, names in found[:PAGE])
    return receipts_told.Receipts(sent.id or 0, sent.number, had, all_, lines, page, len(found) > PAGE)
