"""How fast a number may speak, and to one person."""

from __future__ import annotations

import pytest

from bot.rehearsal.cloud.api import CloudApi
from bot.rehearsal.cloud.limits import Limits
from bot.rehearsal.cloud.wire import CloudError

from .conftest import Hands
from .meta import SITI_ID, SITI_NUMBER, UNKNOWN, Graph


def refused(limits: Limits, person: str) -> int:
    try:
        limits.spend(person)
    except CloudError as error:
        return error.code
    return 0


def test_eighty_a_second_over_all_people(hands: Hands) -> None:
    limits = Limits(clock=hands.monotonic)
    assert [refused(limits, str(person)) for person in range(81)] == [0] * 80 + [130429]
    hands.passes(0.999)
    assert refused(limits, "x") == 130429
    hands.passes(0.001)
    assert refused(limits, "x") == 0


def test_a_burst_to_one_person_is_borrowed_from_the_future(hands: Hands) -> None:
    limits = Limits(clock=hands.monotonic)
    assert [refused(limits, "siti") for _ in range(46)] == [0] * 45 + [131056]
    assert refused(limits, "rina") == 0
    hands.passes(5.9)
    assert refused(limits, "siti") == 131056
    hands.passes(0.2)
    assert [refused(limits, "siti") for _ in range(2)] == [0, 131056]  # one in six seconds from here on
    hands.passes(270)
    assert [refused(limits, "siti") for _ in range(46)] == [0] * 45 + [131056]


def test_business_time_frees_nobody(hands: Hands) -> None:
    limits = Limits(pair_burst=1, clock=hands.monotonic)
    assert refused(limits, "siti") == 0
    hands.time = hands.time.replace(hour=12)
    assert refused(limits, "siti") == 131056


@pytest.mark.parametrize("wa_limits", [Limits(pair_burst=2, pair_seconds=60)], ids=["a burst of two"])
async def test_number_and_bsuid_are_one_person(graph: Graph, cloud: CloudApi) -> None:
    cloud.say(SITI_ID, "Halo")
    await graph.text()
    await graph.send(to=None, recipient=SITI_ID, text={"body": "x"})
    error = await graph.refused(text={"body": "x"})
    assert (error["code"], error["message"]) == (
        131056,
        "(#131056) (Business Account, Consumer Account) pair rate limit hit",
    )
    assert (await graph.refused(text={"body": ""}))["code"] == 100  # the form is looked at first
    await graph.text(to=UNKNOWN)
    assert [one.to for one in cloud.sent] == [SITI_NUMBER, SITI_ID, UNKNOWN]


@pytest.mark.parametrize("wa_limits", [Limits(per_second=2)], ids=["two a second"])
async def test_the_throughput_is_refused_on_the_wire(graph: Graph, cloud: CloudApi) -> None:
    cloud.say(SITI_ID, "Halo")
    for _ in range(2):
        await graph.text()
    assert (await graph.refused(text={"body": "x"}))["code"] == 130429
    assert cloud.counts == {"text": 2, "130429": 1}
