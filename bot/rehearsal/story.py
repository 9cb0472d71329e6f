"""Plays a story on the phones: real acts, the clock moved as the header does, a line that tells what one sees."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from bot.rehearsal.hands import Hand, Unanswered
from bot.rehearsal.handsets import Handsets
from bot.rehearsal.phones import CastMember
from bot.rehearsal.wire import Json

log = logging.getLogger("siaga.rehearsal")
SPEEDS = (0.0, 10.0, 30.0, 120.0)  # seconds of an hour; 0: as fast as it goes
_READ = {0.0: 0.0, 10.0: 1.3, 30.0: 2.2, 120.0: 3.5}  # seconds for a tap to be seen and an answer to be read
READABLE = 2.0  # seconds at least, at any speed, for what a visitor's own act changed
HOUR = "{hour}"  # in a caption: the hour that the clock shows when it is told
NOTICED = 8.0  # seconds after which the page says for whom it waits
PATIENCE = 30.0  # seconds until an answer does not come any more; a chat that had much may be made to wait
_TICK = 0.3  # seconds between two moves of the clock
_JUMP = timedelta(minutes=1)  # by so much the clock goes on where somebody moved it, or a pause was long
CUT_OFF = "Cerita terputus: server dijalankan ulang."
AGAIN = "Ketuk ▶ untuk memutar dari awal."
IDLE, PLAYING, PAUSED, DONE, BROKEN = "idle", "playing", "paused", "done", "broken"

Move = Callable[[float], Awaitable[None]]
Story = Callable[["Player"], Awaitable[None]]
Keep = Callable[[bool], Awaitable[None]]


class Player:
    """One story at a time. What it tells goes to every page that is open. `keep` remembers over a restart whether one
    is on; one that was, and is not any more, is `cut_off`."""

    def __init__(
        self,
        handsets: Handsets,
        move: Move,
        now: Callable[[], datetime],
        story: Story,
        chapters: int,
        *,
        keep: Keep,
        cut_off: bool = False,
    ) -> None:
        self.handsets, self.now = handsets, now
        self._move, self._story, self.chapters, self._keep = move, story, chapters, keep
        self._state, self._chapter, self._speed = IDLE, 0, SPEEDS[1]
        self._caption = f"{CUT_OFF} {AGAIN}" if cut_off else ""
        self._cast: list[Json] = []
        self.zone: tzinfo = UTC
        self._goes = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def state(self, **more: object) -> Json:
        """Where the story is, for the page; `cast` are the phones that it needs."""
        return {"state": self._state, "caption": self._caption, "chapter": self._chapter, "chapters": self.chapters,
                "speed": self._speed, "cast": self._cast, **more}  # fmt: skip

    def _announce(self, **more: object) -> None:
        self.handsets.watchers.announce_all("story", self.state(**more))

    async def ask(self, what: str, speed: float) -> None:
        """play, pause, stop. Raises ValueError for anything else and for a speed that there is not."""
        if what not in {"play", "pause", "stop"} or speed not in SPEEDS:
            raise ValueError(what)
        self._speed = speed
        if what == "stop":
            await self.stop()
            await self._keep(False)
        elif what == "pause":
            self._pause()
        elif self._task is None or self._task.done():
            self._begin()
        else:
            self._state = PLAYING
            self._goes.set()
        self._announce()

    def _begin(self) -> None:
        self._state, self._caption, self._chapter, self._cast = PLAYING, "", 0, []
        self._goes.set()
        self._task = asyncio.create_task(self._play(), name="story")

    def _pause(self) -> None:
        if self._state == PLAYING:
            self._state = PAUSED
            self._goes.clear()

    async def stop(self) -> None:
        """End it where it is; what was done stays done. Nobody asked for it, and it is cut off."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._state in {PLAYING, PAUSED}:
            self._state, self._caption = IDLE, ""

    async def _play(self) -> None:
        try:
            await self._keep(True)
            await self._story(self)
            self._state = DONE
        except Unanswered as missing:
            log.warning("the story ends here: %s", missing)
            self._state, self._caption = BROKEN, f"{missing} {AGAIN}"
        except Exception:
            log.exception("the story ends here")
            self._state, self._caption = BROKEN, f"Ada langkah yang gagal. {AGAIN}"
        self._announce()
        await self._keep(False)

    # --- what a story says and does

    def takes_up(self, members: Sequence[CastMember]) -> list[Hand]:
        """These phones lie on the table from now on."""
        self._cast = [self.handsets.introduce(member) for member in members]
        self._announce()
        return [Hand(self.handsets, member) for member in members]

    def chapter(self) -> None:
        """The next chapter begins; what is told next is its first."""
        self._chapter += 1

    async def tells(self, caption: str, least: float = 0.0) -> None:
        """Say what one sees now, and leave time to read it, `least` seconds at any speed. An hour in it (`{hour}`) is
        the clock's: where that was moved before the story went on, it is told anew."""
        while True:
            await self._goes.wait()
            at = self.now()
            self._caption = caption.replace(HOUR, self.hour(at))
            self._announce()
            await self.rests(1.5, least)
            if HOUR not in caption or self.now() - at < _JUMP:
                return

    def hour(self, at: datetime) -> str:
        """`09.40`, where the story plays."""
        return f"{at.astimezone(self.zone):%H.%M}"

    async def awaits(self, moment: datetime, what: str, hour: float | None = None) -> None:
        """Time passes up to a moment; while it is still to come, the page says so. What is then, is told afterwards."""
        await self._goes.wait()
        if self.now() < moment:
            self._caption = f"Menuju pukul {self.hour(moment)}: {what}"
            self._announce()
        await self.until(moment, hour)

    async def rests(self, times: float = 1.0, least: float = 0.0) -> None:
        """Leave time to look; also where a pause holds."""
        await self._goes.wait()
        await asyncio.sleep(max(_READ[self._speed] * times, least))
        await self._goes.wait()

    async def says(self, hand: Hand, text: str) -> None:
        await self._seen(hand, text)
        hand.does("say", text=text)

    async def shares(self, hand: Hand, what: str) -> None:
        """place, photo, voice."""
        await self._seen(hand, "")
        hand.does(what)

    async def waits(self, hand: Hand, there: Callable[[], object], what: str) -> None:
        """Wait until it is so; after a while the page says for whom. Raises Unanswered."""
        try:
            await hand.until(there, what, NOTICED)
        except Unanswered:
            told, self._caption = self._caption, f"Menunggu ponsel {hand.member.name}: {what} …"
            self._announce()
            await hand.until(there, what, PATIENCE - NOTICED)
            self._caption = told
            self._announce()

    async def taps(self, hand: Hand, label: str, on: str = "", *, fresh: bool = False) -> None:
        """Tap a button once it is there."""
        await self.waits(hand, lambda: hand.button(label, on, fresh=fresh), f"tombol “{label}”")
        await self._seen(hand, label)
        found = hand.button(label, on, fresh=fresh)
        if found is None:
            raise Unanswered(f"Ponsel {hand.member.name}: tombol “{label}” sudah tidak ada.")
        hand.taps(found)

    async def _seen(self, hand: Hand, label: str) -> None:
        """The page shows whose hand moves, and what it is about to tap."""
        await self.rests(0.5)
        self._announce(who=hand.chat, label=label)
        await self.rests(0.5)

    async def sees(self, hand: Hand, *words: str) -> None:
        """Wait until the answer is there."""
        await self.waits(hand, lambda: hand.shows(*words), f"jawaban “{words[-1]}”")

    async def passes(self, minutes: float, hour: float | None = None) -> None:
        """Time passes as the header moves it; `hour`: how many seconds an hour takes here, whatever the speed."""
        await self.until(self.now() + timedelta(minutes=minutes), hour)

    async def until(self, moment: datetime, hour: float | None = None) -> None:
        """Time passes up to a moment; what somebody else moves the clock meanwhile counts."""
        await self._goes.wait()
        while (left := (moment - self.now()) / timedelta(minutes=1)) > 0:
            an_hour = (self._speed if hour is None else hour) if self._speed else 0.0
            await self._move(min(left, 60 * _TICK / an_hour) if an_hour else left)
            await asyncio.sleep(_TICK if an_hour else 0)
            await self._goes.wait()
