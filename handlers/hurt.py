"""Somebody is hurt in a riot that a coordinator has taken: the case stays his, and who is hurt gets one of his own.

It makes no difference whether that was said before the coordinator took it or after: a health worker who was called
reads that the riot is handled, and would stay where he is.
"""

from __future__ import annotations

from handlers import escalation, ladder, mine, triage
from handlers.letters import details
from handlers.turn import Letter, Turn
from messages import incident as said
from messages.render import Words
from storage import incidents, journal, twins
from storage.database import Tx
from storage.incidents import Incident

BROUGHT = ("filed", "note", *journal.FILES)  # what was told of the riot, and the puskesmas needs


def look(turn: Turn, own: Incident, kind: str = "") -> Incident | None:
    """File the case of who is hurt where one is needed and none is open; `kind`: what was said just now, if anything.

    The incident is locked by the turn, so that two taps file one.
    """
    if not _is_needed(turn.tx, own) or beside(turn.tx, own) is not None:
        return None
    kinds = _medical(kind) or _medical(*own.said) or (triage.UNCLEAR,)
    signs, by_speaker = details(turn.tx, own)["signs"], mine.is_reporter(turn, own)
    new = incidents.file(
        turn.tx,
        address_id=turn.who.address_id if by_speaker else own.reporter_address_id,
        where=own.where,
        now=turn.now,
        kind=kinds[0],
        severity=triage.raised(triage.first(kinds[0]), kinds, signs),
        verified=own.verified,
        reporter_id=(turn.who.person_id if turn.who.linked else None) if by_speaker else own.reporter_id,
        casualty=own.casualty,
        casualty_id=own.casualty_id,
        latitude=own.latitude,
        longitude=own.longitude,
        details_sealed=own.details_sealed,
    )
    new = incidents.change(turn.tx, new.id or 0, kinds=",".join(kinds))
    _bring(turn, own, new)
    new = escalation.start(turn.tx, new, turn.now, turn.rules)
    escalation.bring(turn.tx, new, escalation.listening(turn.tx, new), turn.now)
    return new


def _medical(*kinds: str) -> tuple[str, ...]:
    return tuple(kind for kind in kinds if kind in triage.KINDS and kind != triage.RIOT)


def _is_needed(tx: Tx, own: Incident) -> bool:
    """Whether who has taken the riot is a coordinator, and somebody is hurt."""
    if own.taken_by is None or triage.RIOT not in own.said or not is_medical(tx, own):
        return False
    call = incidents.called_one(tx, own.id or 0, own.taken_by)
    return call is None or call.view not in ladder.MEDICAL


def is_medical(tx: Tx, case: Incident) -> bool:
    """Whether anybody is sick or hurt, as far as said; if not, it is a riot and nothing else."""
    return triage.needs_medicine(case.said, details(tx, case)["signs"], case.casualty)


def beside(tx: Tx, own: Incident) -> Incident | None:
    """The open case of who is hurt in this riot: its reporter's, filed after it. None: there is none."""
    if triage.RIOT not in own.said:
        return None
    later = incidents.own_open(tx, own.reporter_address_id, own.reporter_id)
    return next((each for each in later if (each.id or 0) > (own.id or 0) and is_medical(tx, each)), None)


def _bring(turn: Turn, own: Incident, new: Incident) -> None:
    """The words, the files and the name of who reported, under whoever said them."""
    for entry in journal.of_incident(turn.tx, own.id or 0):
        if entry.what in BROUGHT:
            detail = turn.tx.vault.open_json(entry.detail_sealed)
            if entry.what == "filed":
                detail = {**(detail or {}), "kind": new.kind, "beside": own.number}
            journal.add(turn.tx, entry.what, turn.now, incident_id=new.id, who=entry.who, detail=detail)


def told(turn: Turn, new: Incident) -> tuple[Letter | Words, ...]:
    """What its reporter reads of it."""
    refs = {"incident": new.id, "by_itself": False, "police": turn.rules.police_number}
    asks = Letter("questions", {"incident": new.id}) if new.where.known else said.PlaceAsk(new.number, unknown=True)
    return Letter("filed", refs), asks


def call(turn: Turn, own: Incident) -> None:
    """Another than its reporter brought it about: the case is filed where one is needed, and the reporter told."""
    new = look(turn, own)
    for what in told(turn, new) if new is not None else ():
        escalation.say(turn.tx, new or own, twins.address_of(turn.tx, own), what, turn.now)
