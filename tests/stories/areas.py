"""Coordinators of more than one area."""

from __future__ import annotations

from sqlalchemy import insert, select

from storage.database import Tx
from storage.roster import COORDINATOR, assignments
from tests.stories.stage import Actor, Stage


async def also(stage: Stage, who: Actor, level: str = "kecamatan", at: int = -1, institution: str = "") -> Actor:
    """Somebody coordinates the area of this TPS too, for his own institution or for another one."""
    there = await stage.tps(at)
    place = {"kecamatan_id": there.kecamatan_id if level != "city" else None,
             "kelurahan_id": there.kelurahan_id if level == "kelurahan" else None}  # fmt: skip

    def add(tx: Tx) -> None:
        row = tx.first(select(assignments).where(assignments.c.person_id == who.person_id))._asdict()
        del row["id"]
        more = {"key": f"also {who.person_id} {institution} {place}", "institution": institution or row["institution"],
                "kind": COORDINATOR, "role": "", "position": "", "tps_id": None}  # fmt: skip
        tx.execute(insert(assignments).values({**row, **place, **more}))

    await stage.db.write(add)
    return who


async def of_two(stage: Stage, level: str = "kecamatan", *, whatsapp: bool = False) -> Actor:
    """KPU's of the first kecamatan, and of the last one or a kelurahan there; linked."""
    boss = await also(stage, await stage.coordinator("KPU", "kecamatan"), level)
    return await (boss.on_whatsapp() if whatsapp else boss).links()


async def says(who: Actor, command: str) -> list[str]:
    """The messages that a command brings, each by itself; on WhatsApp it goes without a slash."""
    await who.says(command.removeprefix("/") if who.channel == "whatsapp" else command)
    return [each.said.text for each in who.messages[who.mark :]]
