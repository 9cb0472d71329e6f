"""One TPS from the evening before to the morning after, as a coordinator would read it: a golden transcript.

Set SIAGA_WRITE_TRANSCRIPTS=1 to write it anew, and read the difference before it is committed.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.people import people
from tests.stories.stage import Actor, Stage

GOLDEN = Path(__file__).parents[1] / "transcripts" / "satu_tps.txt"
EVE = datetime(2024, 11, 26, 12, 30, tzinfo=UTC)  # 19.30 WIB on the day before
JAKARTA = ZoneInfo("Asia/Jakarta")


class Transcript:
    """What is new on some phones after each stretch of time, in order of time."""

    def __init__(self, stage: Stage, phones: dict[str, Actor]) -> None:
        self.stage, self.phones = stage, phones
        self.seen = dict.fromkeys(phones, 0)
        self.lines: list[str] = []
        self.note()
        self.lines.clear()

    def note(self) -> None:
        moment = self.stage.clock.now().astimezone(JAKARTA).strftime("%d %b %H.%M")
        for name, phone in self.phones.items():
            for shown in phone.messages[self.seen[name] :]:
                buttons = [choice.label for row in shown.said.choices for choice in row]
                words = shown.said.text.replace("\n", "\n    ")
                self.lines.append(f"{moment}  {name}\n    {words}" + (f"\n    [{'] ['.join(buttons)}]" if buttons else ""))
            self.seen[name] = len(phone.messages)

    async def until(self, hours: float) -> None:
        """Half an hour at a time."""
        for _ in range(round(hours * 2)):
            await self.stage.passes(minutes=30)
            self.note()

    def says(self, who: str, what: str) -> None:
        self.lines.append(f"{self.stage.clock.now().astimezone(JAKARTA).strftime('%d %b %H.%M')}  {who} → {what}")
        self.note()


async def aged_by(stage: Stage, who: Actor, year: int) -> None:
    """Give somebody a NIK that tells another year of birth."""
    sealed = stage.db.vault.seal(f"3573060101{year:02d}0001")
    change = people.update().where(people.c.id == who.person_id).values(nik_sealed=sealed)
    await stage.db.write(lambda tx: tx.execute(change))


async def test_one_tps_from_the_evening_before_to_the_morning_after(stage: Stage) -> None:
    stage.clock.offset += EVE - stage.clock.now()
    chair, member = await stage.chair(), await stage.officer(role="PTPS")
    other, boss = await stage.chair(at=1), await stage.coordinator()
    for each, year in ((chair, 90), (member, 62), (other, 85)):
        await aged_by(stage, each, year)
        await each.links(asked=True)
    await boss.links(asked=True)
    await stage.heart.cycle()
    group = stage.group()
    told = Transcript(stage, {"Grup TPS 001": group, "Ketua TPS 001": chair, "PTPS 001, lahir 1962": member,
                              "Ketua TPS tanpa grup": other, "Koordinator KPU": boss})  # fmt: skip
    await chair.says_in(group, "/tps")
    told.says("Ketua TPS 001 di grup", "/tps")
    await boss.says("/jadwal")
    told.says("Koordinator KPU", "/jadwal")
    await told.until(24.5)
    await chair.says_in(group, tap=group.button("Kotak diserahkan"))
    told.says("Ketua TPS 001 di grup", "ketuk Kotak diserahkan")
    await told.until(12)
    written = "\n\n".join(told.lines) + "\n"
    if os.environ.get("SIAGA_WRITE_TRANSCRIPTS"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(written, encoding="utf-8")
    assert written == GOLDEN.read_text(encoding="utf-8")
