"""What the outbox does inside a transaction: settle what has ended, clear what is too late, claim and render the next.

Everything here may run again (a commit that failed), so it changes nothing but the database and hands back what the
sender should do and say afterwards.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from bot.outbox.lanes import BATCH, next_up
from bot.outbox.plan import AfterSettle, Ask, Compose, Done, Elsewhere, Ended, Fence, Later, Loud, Plan, Skip
from bot.outbox.shares import in_turn, one_ahead
from messages.chat import Said
from storage import claims, exits, leftovers
from storage.claims import BULK, End, Row
from storage.database import Tx
from storage.deliveries import (
    ALERT,
    BROADCAST,
    EXPIRED,
    FAILED,
    NEVER_CAME,
    REPLY,
    SENT,
    UNKNOWN,
    WAITING,
    WITHDRAWN,
)

log = logging.getLogger("bot.outbox.sender")


class Ledger:
    """One turn of the outbox, as a function for `db.write`."""

    def __init__(self, compose: Compose, after_settle: AfterSettle, fence: Fence) -> None:
        self._compose = compose
        self._after_settle = after_settle
        self._fence = fence

    def turn(self, tx: Tx, plan: Plan) -> Done:
        """Settle, then, if the lease is still ours, clear, claim and render."""
        done = Done()
        self._settle(tx, plan, done)
        if not self._fence(tx):
            done.ours = False
            return done
        if plan.recover is not None:
            done.recovered = leftovers.recover(tx, plan.now, claim=plan.claim, in_hand=plan.recover)
        if plan.house:
            self._clear(tx, plan, done)
        for ask in plan.asks:
            self._claim(tx, plan, ask, done)
        return done

    def gently(self, tx: Tx, plan: Plan) -> Done | None:
        """The same behind somebody's turn; None where it failed, and then nothing of it is left."""
        try:
            return tx.savepoint(lambda inner: self.turn(inner, plan))
        except Exception as error:  # noqa: BLE001 - the next cycle meets it again, and looks closer
            shout("the outbox failed behind a turn", error)
            return None

    def _settle(self, tx: Tx, plan: Plan, done: Done) -> None:
        done.loud += [Loud(e.row.id, e.row.kind, e.verdict.loud) for e in plan.ended if e.verdict.loud]
        if plan.careful:
            self._settle_carefully(tx, plan, done)
            return
        claims.sent(tx, [_end(e) for e in plan.ended if e.verdict.state == SENT], plan.claim, plan.now)
        for ended in plan.ended:
            if ended.verdict.state != SENT:
                self._settle_one(tx, plan, ended, done)

    def _settle_carefully(self, tx: Tx, plan: Plan, done: Done) -> None:
        """One whose end the database refuses to write down must neither hold back the others nor be sent again."""
        for ended in plan.ended:
            try:
                tx.savepoint(lambda inner, e=ended: self._settle_one(inner, plan, e, done))  # type: ignore[misc]
            except SQLAlchemyError as error:
                done.loud.append(Loud(ended.row.id, ended.row.kind, f"not settled: {type(error).__name__}"))
                lost = End(ended.row.id, UNKNOWN, "it was sent, but how that went could not be written down")
                claims.settle(tx, lost, plan.claim, plan.now)

    def _settle_one(self, tx: Tx, plan: Plan, ended: Ended, done: Done) -> None:
        row, verdict, end = ended.row, ended.verdict, _end(ended)
        if verdict.state == SENT:
            claims.sent(tx, [end], plan.claim, plan.now)
            return
        if verdict.moved:
            exits.move(tx, row, verdict.moved)
        if verdict.state == WAITING:
            claims.put_back(tx, end, plan.claim, plan.now)
            return
        if claims.settle(tx, end, plan.claim, plan.now):
            self._tell(tx, plan, row, end, done, always=verdict.tell)
        if verdict.stopped:
            exits.stop(tx, row.address_id, plan.now)
        if verdict.gone:
            exits.retire(tx, row.address_id)
            for other in exits.of_address(tx, row.address_id):
                self._drop(tx, plan, other, End(other.id, FAILED, verdict.reason), done)

    def _drop(self, tx: Tx, plan: Plan, row: Row, end: End, done: Done) -> None:
        if claims.drop(tx, end, plan.now):
            done.unsent.append((row, end.state))
            self._tell(tx, plan, row, end, done)

    def _tell(self, tx: Tx, plan: Plan, row: Row, end: End, done: Done, *, always: bool = False) -> None:
        """Tell whoever must act on it. Its own savepoint: a hook that fails must not undo what is settled."""
        if not always and (row.lane != ALERT or end.state == WITHDRAWN):
            return
        told = replace(row, reason=end.reason)
        try:
            tx.savepoint(lambda inner: self._after_settle(inner, told, end.state, plan.now))
        except Exception as error:  # noqa: BLE001 - logged by the sender; the row stays settled
            done.loud.append(Loud(row.id, row.kind, f"the hook raised {type(error).__name__}"))

    def _clear(self, tx: Tx, plan: Plan, done: Done) -> None:
        """Once a second: what is too late expires, what nobody can carry fails, and when the next one is due."""
        late = exits.overdue(tx, plan.now, BATCH)
        for row in late:
            why = f"its time was over before it could be sent{f': {row.reason}' if row.reason else ''}"
            self._drop(tx, plan, row, End(row.id, EXPIRED, why), done)
        strays = exits.strays(tx, plan.known, BATCH)
        for row in strays:
            self._drop(tx, plan, row, End(row.id, FAILED, "channel not configured"), done)
        done.full = len(late) == BATCH or len(strays) == BATCH
        done.due = exits.next_due(tx, plan.now)
        done.running = exits.running(tx)

    def _claim(self, tx: Tx, plan: Plan, ask: Ask, done: Done) -> None:
        chosen = self._choose(tx, plan, ask, done)
        got = claims.take(tx, [row.id for row in chosen], plan.claim)
        for row in chosen:
            if row.id in got:
                self._render(tx, plan, row, done)

    def _choose(self, tx: Tx, plan: Plan, ask: Ask, done: Done) -> list[Row]:
        """The most urgent first; a second look for what spends nothing, where the first could not see it."""
        limit = max(1, BATCH // len(plan.asks))
        upto = BROADCAST if ask.room[BULK] else REPLY
        rows = claims.ready(tx, ask.channel, plan.now, upto=upto, limit=limit, busy=ask.busy, held=ask.held)
        cut = len(rows) == limit
        if cut or upto < BROADCAST:
            seen = {row.id for row in rows}
            free = claims.ready(
                tx, ask.channel, plan.now, upto=BROADCAST, limit=limit, busy=ask.busy, held=ask.held, free=True
            )
            rows = [*rows, *(row for row in free if row.id not in seen)]
        chosen = next_up(self._in_order(tx, plan, ask, rows, hidden=cut), ask.room)
        done.left[ask.channel] = chosen.left | ({BULK} if upto < BROADCAST else set())
        done.full = done.full or (cut and bool(chosen.rows) and not chosen.left)
        return chosen.rows[:limit]

    def _in_order(self, tx: Tx, plan: Plan, ask: Ask, rows: list[Row], *, hidden: bool) -> list[Row]:
        """By urgency, broadcasts in turn. `hidden`: there is more than these, and it may be somebody's turn."""
        found = {row.id: row for row in rows}
        given = {"busy": ask.busy, "held": ask.held, "upto": BROADCAST}
        if hidden and ask.room[BULK]:
            for bulk in ask.had:
                more = claims.ready(tx, ask.channel, plan.now, limit=ask.room[BULK], bulk=bulk, **given)  # type: ignore[arg-type]
                found |= {row.id: row for row in more}
            if ask.owed and not any(row.tier == BULK for row in found.values()):
                more = claims.ready(tx, ask.channel, plan.now, limit=4, above=REPLY, **given)  # type: ignore[arg-type]
                found |= {row.id: row for row in more}
        ordered = in_turn(found.values(), ask.had)
        return one_ahead(ordered) if ask.owed and ask.room[BULK] else ordered

    def _render(self, tx: Tx, plan: Plan, row: Row, done: Done) -> None:
        if _stands_alone(row):
            self._unsayable(tx, plan, row, done)
            return
        try:
            said = self._words(tx, plan, row)
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and not plan.careful:
                raise  # the transaction may be broken by it: the sender comes again, carefully
            done.loud.append(Loud(row.id, row.kind, f"its words raised {type(error).__name__}"))
            said = Skip(FAILED, f"its words could not be made ({type(error).__name__})")
        if isinstance(said, Later):
            exits.defer(tx, row.id, said.at, said.until, said.reason)
            done.due = min(said.at, done.due or said.at)
        elif isinstance(said, Elsewhere):
            exits.reroute(tx, row.id, said.address_id, said.channel, said.reason)
            done.full = True  # there is something to claim on the other channel
        elif isinstance(said, Skip):
            end = End(row.id, said.state, said.reason)
            claims.settle(tx, end, plan.claim, plan.now)
            done.unsent.append((row, end.state))
            self._tell(tx, plan, row, end, done)
        else:
            done.said.append((row, _addressed(said, row)))

    def _words(self, tx: Tx, plan: Plan, row: Row) -> Said | Skip | Later | Elsewhere:
        if plan.careful:
            return tx.savepoint(lambda inner: self._compose(inner, row, plan.now))
        return self._compose(tx, row, plan.now)

    def _unsayable(self, tx: Tx, plan: Plan, row: Row, done: Done) -> None:
        """An edit of what never arrived, or of what the platform gave no id for; a picture whose alert never came."""
        arrived, what = row.message_state == SENT, "stands under" if row.edits is None else "changes"
        end = (
            End(row.id, FAILED, "the platform gave no id to change this message by")
            if arrived
            else End(row.id, WITHDRAWN, f"the message that it {what} never arrived")
        )
        claims.settle(tx, end, plan.claim, plan.now)
        done.unsent.append((row, end.state))
        self._tell(tx, plan, row, end, done, always=arrived)


def _end(ended: Ended) -> End:
    verdict = ended.verdict
    return End(ended.row.id, verdict.state, verdict.reason, ended.external, verdict.tries)


def shout(what: str, error: Exception) -> None:
    """Where it broke, but not with which values: those may be somebody's."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: %s\n%s", what, type(error).__name__, where)


def _stands_alone(row: Row) -> bool:
    """Whether there is no message that it could change, or none will ever come under which it belongs."""
    return not row.message if row.edits is not None else row.under is not None and row.message_state in NEVER_CAME


def _addressed(said: Said, row: Row) -> Said:
    if row.edits is not None:
        return replace(said, edits=row.message or "", answers=row.answers)
    if row.under is not None or row.answers:
        return replace(said, under=row.message or "", answers=row.answers)
    return said
