"""Which step takes a turn."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import details, incident, menu, response, routing, tables, welcome
from messages.chat import Address, Contact, Heard

ME = Address("telegram", "1")


def heard(**what: object) -> Heard:
    return Heard("1", ME, ME, datetime(2024, 11, 27, tzinfo=UTC), **what)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["Darurat", "🆘 Darurat", "darurat!!", "/darurat", "/lapor", "DARURAT", "tolong"])
def test_an_emergency_goes_before_any_open_question(text: str) -> None:
    for draft in (None, ("welcome", "consent"), ("response", "referred"), ("incident", "place")):
        assert routing.route(heard(text=text), *(draft or (None, None)))[0] is incident.start


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Pingsan", "pingsan"), ("pingsan.", "pingsan"), ("Sesak atau nyeri dada", "sesak"), ("nyeri dada", "sesak"),
     ("Sakit atau kelelahan", "sakit"), ("Meninggal", "meninggal")],
)  # fmt: skip
def test_a_kind_is_known_as_a_label_and_typed(text: str, kind: str) -> None:
    assert routing.route(heard(text=text), "welcome", "consent") == (incident.kind, (kind,))


def test_a_workers_typed_reason_is_no_tap_on_a_kind_but_the_label_is() -> None:
    assert routing.route(heard(text="kelelahan"), "response", "lowered")[0] is response.lowered
    assert routing.route(heard(text="Sakit atau kelelahan"), "response", "lowered")[0] is incident.kind


def test_drafts_go_before_free_words() -> None:
    assert routing.route(heard(text="RSUD"), "response", "referred")[0] is response.referred
    assert routing.route(heard(text="halo"), None, None)[0] is details.words
    assert routing.route(heard(contact=Contact("1", True)), None, None)[0] is welcome.contact


@given(st.text(max_size=64))
def test_any_tap_data_finds_a_step_and_only_numbers_pass_for_numbers(data: str) -> None:
    step, args = routing.route(heard(tap="1", choice=data), None, None)
    verb = data.split(":", maxsplit=1)[0]
    assert step is menu.unknown_tap or step is tables.TAPS[verb][0]
    for arg, shape in zip(args, tables.TAPS.get(verb, (None, ""))[1], strict=False) if args else ():
        assert shape not in {"n", "r"} or 0 <= int(arg) <= routing.LARGEST_ID


@given(st.text(max_size=300))
def test_any_text_finds_a_step(text: str) -> None:
    assert callable(routing.route(heard(text=text), None, None)[0])
