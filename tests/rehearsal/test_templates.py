"""Our own templates: Meta's rules let them in, approved they go out with the longest values, and the command says so."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.whatsapp import template as channel_template
from bot.channels.whatsapp.speak import WhatsAppChannel
from bot.channels.whatsapp.template import Draft, submission
from bot.commands import whatsapp
from bot.rehearsal.cloud import template_rules
from bot.rehearsal.cloud.api import CloudApi
from bot.settings import Settings, SettingsError
from messages import broadcast, notice, response
from messages.chat import Address, Said
from messages.render import render
from messages.templates import filled, wanted

from .meta import ACCOUNT, PHONE, SITI_NUMBER, WA_TOKEN, Graph

ALL = sorted(wanted().values(), key=lambda each: each.name)
LONG = "Muhammad Rizki Nur Hidayatullah 😀 " * 200


def draft(each: Any) -> Draft:
    return Draft(each.name, each.body, each.examples, each.buttons, each.language, each.category)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
def test_meta_lets_it_in(each: Any) -> None:
    template_rules.check(submission(draft(each)))
    places = re.findall(r"\{\{(\d)\}\}", each.body)
    assert [int(n) for n in places] == list(range(1, len(each.examples) + 1))
    assert not each.body.startswith("{{")
    assert not each.body.rstrip(".!").endswith("}}")
    assert len(each.body) + sum(map(len, each.examples)) < 1024
    assert all(len(label) <= 25 for label in each.buttons)
    assert "dibayar" not in each.body


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.name)
async def test_it_goes_out_with_the_longest_values(each: Any, cloud: CloudApi, graph: Graph) -> None:
    cloud.templates.create(submission(draft(each)))
    cloud.templates.set(each.name, "APPROVED")
    there = WhatsAppChannel(WA_TOKEN, PHONE, graph.base, now=lambda: datetime.now(UTC))
    await there.start()
    said = Said("x", template=filled(each.name, *[LONG] * len(each.examples), taps=tuple(f"take:{2**31 - 1}" for _ in each.buttons)))
    await there.speak(Address("whatsapp", SITI_NUMBER), said)
    await there.stop()
    assert cloud.sent[-1].template == each.name
    assert cloud.sent[-1].code == 0


def test_what_says_that_it_has_one_names_one_that_exists_with_all_it_takes() -> None:
    now = datetime(2024, 11, 27, 7, 32, tzinfo=UTC)
    alert = response.Alert(1, 7, "waiting", "red", ("pingsan", "sesak"), place="TPS 012, Kel. Kasin", reported_at=now)
    said = [render(alert, "WIB"), render(notice.Notice((("own1", "Air minum."),), "Pilkada"), "WIB"),
            render(broadcast.Message(3, "Halo", "Siti", "KPU"), "WIB"), render(broadcast.Message(3, "Halo", "Siti", "KPU", "asked"), "WIB")]  # fmt: skip
    names = [each.template.name for each in said if each.template]
    assert names == ["siaga_darurat", "siaga_pemberitahuan", "siaga_siaran", "siaga_tanda_terima"]
    assert said[0].template is not None
    assert said[0].template.values == ("L-0007", "MERAH", "Pingsan, Sesak atau nyeri dada", "TPS 012, Kel. Kasin", "14.32 WIB")
    assert channel_template.message(said[2].template)["components"][0]["parameters"][0]["text"] == "📢 Siti, KPU / Halo"  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="takes 5 values"):
        filled("siaga_darurat", "L-0007")


def settings(base: str, **more: Any) -> Settings:
    given = {"whatsapp_token": SecretStr(WA_TOKEN), "whatsapp_phone_id": PHONE, "whatsapp_account_id": ACCOUNT,
             "whatsapp_api": base, "secret": SecretStr("s" * 32)}  # fmt: skip
    return Settings(_env_file=None, **(given | more))


async def test_the_command_shows_submits_and_follows(cloud: CloudApi, graph: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    there = settings(graph.base)
    assert await whatsapp.templates(there, submit=False, as_json=False) == 1
    assert capsys.readouterr().out.count("MISSING") == len(ALL)
    assert await whatsapp.templates(there, submit=True, as_json=False) == 1
    assert capsys.readouterr().out.count("PENDING") == len(ALL)
    for each in ALL:
        cloud.templates.set(each.name, "APPROVED")
    assert await whatsapp.templates(there, submit=True, as_json=True) == 0
    assert '"APPROVED"' in capsys.readouterr().out
    cloud.templates.set("siaga_darurat", "PAUSED")
    assert await whatsapp.templates(there, submit=False, as_json=False) == 1
    assert "siaga_darurat        id  PAUSED" in capsys.readouterr().out


async def test_what_is_wrong_is_a_sentence(cloud: CloudApi, graph: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    assert await whatsapp.templates(settings(graph.base, whatsapp_token=SecretStr("wrong")), submit=False, as_json=False) == 2
    assert "SIAGA_WHATSAPP_TOKEN" in capsys.readouterr().err
    with pytest.raises(SettingsError, match="SIAGA_WHATSAPP_ACCOUNT_ID"):
        await whatsapp.templates(settings(graph.base, whatsapp_account_id=None), submit=False, as_json=False)
