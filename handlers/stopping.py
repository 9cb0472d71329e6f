"""/berhenti and back: no reminders and broadcasts to this person, anywhere. Emergencies, alerts and answers go on."""

from __future__ import annotations

from handlers.turn import STAY, Reply, Turn
from messages.notice import Stopped
from storage import journal, people


def stop(turn: Turn) -> Reply:
    """Stopping twice is stopping once."""
    people.stop(turn.tx, turn.who.address_id, turn.who.person_id, turn.now)
    journal.add(turn.tx, "stopped", turn.now, who=turn.who.person_id)
    return Reply((Stopped(True),), STAY)


def resume(turn: Turn) -> Reply:
    people.stop(turn.tx, turn.who.address_id, turn.who.person_id, None)
    journal.add(turn.tx, "resumed", turn.now, who=turn.who.person_id)
    return Reply((Stopped(False),), STAY, tap="noted")
