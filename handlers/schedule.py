"""/jadwal: a coordinator sees what is next in his area and changes it there: time, words, pause, add, send now."""

from __future__ import annotations

import re
from datetime import datetime

from handlers import areas, neutral, timetable
from handlers import notice as clock
from handlers.areas import Ground
from handlers.turn import STAY, Letter, Next, Reply, Turn
from messages import menu, schedule
from messages.broadcast import TextWrong
from messages.words import short
from storage import candidates, installation, journal, notices
from storage.database import Tx
from storage.notices import ACTIVE, PAUSED, Notice, Time
from storage.places import Where
from storage.roster import Role

LONGEST = 600  # characters of a coordinator's own words
FURTHEST = 60  # days from voting day
NOW = notices.SENT_NOW
_WHEN = re.compile(r"^\s*(?:H\s*([+-]\s*\d{1,2})?\s+)?(\d{1,2})[.:](\d{2})\b\s*(?:WIB|WITA|WIT)?\s*", re.IGNORECASE)


def area(where: Where) -> str:
    """A coordinator's area as a timetable names it."""
    if where.kelurahan_id:
        return f"kel:{where.kelurahan_id}"
    return f"kec:{where.kecamatan_id}" if where.kecamatan_id else ""


def lines(tx: Tx, where: Where) -> list[Notice]:
    """The lines that hold in an area, dropped ones apart: its own, else those of the area around it."""
    around = (area(where), *((f"kec:{where.kecamatan_id}",) if where.kecamatan_id else ()), "")
    found: dict[str, Notice] = {}
    for line in notices.of_election(tx, where.election_id or 0):
        if line.area in around:
            here = found.get(line.key)
            if here is None or around.index(line.area) < around.index(here.area):
                found[line.key] = line
    return sorted(found.values(), key=lambda line: (line.day, line.minute, line.id or 0))


def show(turn: Turn) -> Reply:
    """What is next; with several areas it is asked of which, since what is changed is changed in one of them."""
    found = areas.grounds(turn.roles)
    if not found:
        return Reply((menu.NotYours(turn.menu),), STAY)
    if len(found) == 1:
        return Reply((Letter("schedule"),), None)
    return Reply((schedule.AreaAsk(tuple((each.role.id, each.called(turn.tx)) for each in found)),), None)


def of_area(turn: Turn) -> Reply:
    """One of his areas."""
    ground = areas.named(turn, 0)
    return Reply((Letter("schedule", ground.refs),), None) if ground else Reply(then=STAY, tap="not_yours")


def line(turn: Turn) -> Reply:
    """One line, with what may be done to it."""
    found = _mine(turn, areas.named(turn, 1), int(turn.args[0]))
    return Reply((_letter(*found),), STAY) if found else Reply(then=STAY, tap="not_yours")


def _letter(ground: Ground, found: Notice) -> Letter:
    return Letter("line", {"notice": found.id, **ground.refs})


def _mine(turn: Turn, ground: Ground | None, notice_id: int) -> tuple[Ground, Notice] | None:
    """A line that holds in this area of the coordinator; anything else is not his, typed, tapped or forged."""
    if ground is None:
        return None
    return next(((ground, each) for each in lines(turn.tx, ground.where) if each.id == notice_id), None)


def _kept(turn: Turn) -> tuple[Ground, Notice] | None:
    """The line that he was asked about."""
    return _mine(turn, areas.ground(turn.roles, turn.kept.get("role")), turn.kept.get("notice", 0))


def ask(turn: Turn) -> Reply:
    """Ask for the new time or words of a line."""
    what, found = turn.args[0], _mine(turn, areas.named(turn, 2), int(turn.args[1]))
    if found is None or what not in {"time", "words"}:
        return Reply(then=STAY, tap="not_yours")
    ground, line = found
    return Reply((schedule.LineAsk(what),), Next("schedule", what, {"notice": line.id, **ground.refs}))


def ask_new(turn: Turn) -> Reply:
    ground = areas.named(turn, 0)
    if ground is None:
        return Reply(then=STAY, tap="not_yours")
    return Reply((schedule.LineAsk("add"),), Next("schedule", "add", ground.refs))


def timed(turn: Turn) -> Reply:
    """The typed time of a line."""
    found = _kept(turn)
    if found is None:
        return Reply((menu.NotYours(turn.menu),), None)
    read = when(turn.heard.text, found[1].day)
    if read is None or read[2]:
        return Reply((schedule.LineWrong("time"),), STAY)
    return _change(turn, *found, "line_time", day=read[0], minute=read[1])


def worded(turn: Turn) -> Reply:
    """The typed words of a line."""
    found, words = _kept(turn), turn.heard.text.strip()
    if found is None:
        return Reply((menu.NotYours(turn.menu),), None)
    if not words or len(words) > LONGEST:
        return Reply((schedule.LineWrong("words"),), STAY)
    if meant := neutral.offence(words, candidates.names(turn.tx, found[1].election_id)):
        return Reply((TextWrong(*meant),), STAY)
    return _change(turn, *found, "line_words", words=short(words, LONGEST))


def pause(turn: Turn) -> Reply:
    """Pause a line, or let it go on."""
    found = _mine(turn, areas.named(turn, 1), int(turn.args[0]))
    if found is None:
        return Reply(then=STAY, tap="not_yours")
    paused = found[1].state == ACTIVE
    return _change(turn, *found, "line_paused" if paused else "line_resumed", state=PAUSED if paused else ACTIVE)


def added(turn: Turn) -> Reply:
    """A new line: its time, then its words."""
    ground, read = areas.ground(turn.roles, turn.kept.get("role")), when(turn.heard.text, 0)
    if ground is None:
        return Reply((menu.NotYours(turn.menu),), None)
    if read is None or not read[2] or len(read[2]) > LONGEST:
        return Reply((schedule.LineWrong("add"),), STAY)
    election_id = ground.role.election.id
    if meant := neutral.offence(read[2], candidates.names(turn.tx, election_id)):
        return Reply((TextWrong(*meant),), STAY)
    key = f"own{installation.count(turn.tx, 'notice')}"
    values = {"election_id": election_id, "key": key, "area": area(ground.where), "day": read[0],
              "minute": read[1], "words": short(read[2], LONGEST), "changed_by": turn.who.person_id,
              "changed_at": turn.now}  # fmt: skip
    notices.add(turn.tx, values)
    return _done(turn, ground, "line_added", key)


def send_now(turn: Turn) -> Reply:
    """Send a line now, in the coordinator's area; two taps within a minute are one."""
    found = _mine(turn, areas.named(turn, 1), int(turn.args[0]))
    if found is None:
        return Reply(then=STAY, tap="not_yours")
    ground, line = found
    if line.state != ACTIVE:
        return Reply((_letter(ground, line),), STAY, tap="already")
    election, own = ground.role.election, _own(turn, ground, line)
    nth = NOW + int(turn.now.timestamp() // 60)
    days = notices.voting_days(turn.tx, election, ground.where)
    times = [Time(own.id or 0, day, False, nth, turn.now) for day in days]
    if sum(notices.send_now(turn.tx, election.id, each) for each in times) == 0:
        return Reply(then=STAY, tap="already")
    journal.add(turn.tx, "line_sent", turn.now, who=turn.who.person_id, detail={"key": own.key, "area": own.area})
    return Reply((schedule.LineDone("sent", ground.called(turn.tx)),), STAY, tap="noted")


def _own(turn: Turn, ground: Ground, found: Notice) -> Notice:
    """The line as a row of the coordinator's own area: a wider one is copied, so that elsewhere it stays as it is."""
    here = area(ground.where)
    if found.area != here:
        notices.add(turn.tx, {**found.model_dump(exclude={"id"}), "area": here})
    return next(each for each in notices.of_election(turn.tx, ground.role.election.id)
                if (each.key, each.area) == (found.key, here))  # fmt: skip


def _change(turn: Turn, ground: Ground, found: Notice, what: str, **values: object) -> Reply:
    own = _own(turn, ground, found)
    notices.change(turn.tx, own.id or 0, turn.now, turn.who.person_id, **values)
    return _done(turn, ground, what, own.key)


def _done(turn: Turn, ground: Ground, what: str, key: str) -> Reply:
    clock.replan(turn.tx, ground.role.election, turn.now)
    detail = {"key": key, "area": area(ground.where)}
    journal.add(turn.tx, what, turn.now, who=turn.who.person_id, detail=detail)
    told = schedule.LineDone(what.removeprefix("line_"))
    return Reply((told, Letter("schedule", ground.refs)), None, tap="noted")


def when(written: str, day: int) -> tuple[int, int, str] | None:
    """`H-1 20.00 kata` → (-1, 1200, "kata"); without H the day stays `day`. None for what is no time."""
    match = _WHEN.match(written)
    if match is None or int(match[2]) > 23 or int(match[3]) > 59:  # noqa: PLR2004 - a clock's
        return None
    if written.strip()[0] in "Hh":
        day = int((match[1] or "0").replace(" ", ""))
    return (day, int(match[2]) * 60 + int(match[3]), written[match.end() :].strip()) if abs(day) <= FURTHEST else None


def next_times(tx: Tx, role: Role, found: list[Notice], now: datetime) -> dict[int, list[datetime]]:
    """When each line is due next in a coordinator's area, by its id and sorted; past ones are not in it.

    A TPS there that votes on another day has its own H, so a line may come on both.
    """
    days = notices.voting_days(tx, role.election, role.where)
    ahead: dict[int, set[datetime]] = {}
    for each in timetable.times(found, days, role.election.tz):
        if each.due_at >= now and not each.older:
            ahead.setdefault(each.notice_id, set()).add(each.due_at)
    return {number: sorted(moments) for number, moments in ahead.items()}
