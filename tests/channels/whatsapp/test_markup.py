"""What is said becomes requests within Meta's limits, and nothing that can be tapped is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp import buttons, markup, template
from bot.channels.whatsapp.markup import Part
from messages import incident, menu
from messages.chat import Ask, Choice, File, Place, Refused, Said, Template
from messages.render import label, render
from tests.channels.whatsapp.conftest import NOW
from tests.channels.whatsapp.limits import check

TAKE = ((Choice("Saya tangani", "take:7"), Choice("Tidak bisa", "decline:7")), (Choice("Tiba", "arrive:7"),))
HERE = Place(-7.982914, 112.630811)
LINK = "https://maps.google.com/?q=-7.982914,112.630811"
SIGNS = ("tidak_respons", "tidak_bernapas", "nyeri_dada", "sesak_napas", "stroke", "kejang", "perdarahan",
         "bingung_panas", "sakit_kepala", "tersetrum", "sadar_kembali", "muntah", "demam", "pusing")  # fmt: skip
CHOOSE, MORE = label("list_choose"), label("list_more")


def choices(*labels: str) -> tuple[tuple[Choice, ...], ...]:
    return tuple((Choice(each, f"d:{at}"),) for at, each in enumerate(labels))


def text(words: str) -> Part:
    return Part("text", {"body": words, "preview_url": False})


def under(body: str, *told: tuple[str, str], **more: Any) -> Part:
    replies = [{"type": "reply", "reply": {"id": data, "title": title}} for data, title in told]
    return Part("interactive", {"type": "button", "body": {"text": body}, "action": {"buttons": replies}} | more)


def listed(body: str, *rows: dict[str, str]) -> Part:
    action = {"button": "Pilih", "sections": [{"rows": list(rows)}]}
    return Part("interactive", {"type": "list", "body": {"text": body}, "action": action})


def asking(body: str, kind: str = "location_request_message", name: str = "send_location") -> Part:
    return Part("interactive", {"type": kind, "body": {"text": body}, "action": {"name": name}})


def photo(**more: str) -> Part:
    return Part("image", {"id": "11", **more})


TAKEN = (("take:7", "Saya tangani"), ("decline:7", "Tidak bisa"), ("arrive:7", "Tiba"))
LONG = "kata " * 300
PHOTO = File("photo", "11")
IMAGE = {"header": {"type": "image", "image": {"id": "11"}}}
KIND_ROWS = [{"id": f"={each}", "title": each} for each in ("Darurat", "Status", "Bantuan", "Batal")]

SHAPES: list[tuple[str, Said, list[Part]]] = [
    ("a text", Said("Halo *semua*"), [text("Halo *semua*")]),
    ("choices", Said("x", choices=TAKE), [under("x", *TAKEN)]),
    ("a keyboard", Said("x", keyboard=((Choice("Darurat"),), (Choice("Batal"),))), [under("x", ("=Darurat", "Darurat"), ("=Batal", "Batal"))]),
    ("a longer keyboard", Said("x", keyboard=tuple((Choice(row["title"]),) for row in KIND_ROWS)), [listed("x", *KIND_ROWS)]),
    ("both", Said("x", choices=TAKE[1:], keyboard=((Choice("Darurat"),),)), [under("x", ("arrive:7", "Tiba"), ("=Darurat", "Darurat"))]),
    ("a deep link", Said("x", choices=((Choice("Lapor", start="darurat_5"),),)), [under("x", ("=/start darurat_5", "Lapor"))]),
    ("long words over buttons", Said(LONG, choices=TAKE), [text(LONG), under(CHOOSE, *TAKEN)]),
    ("long words over a list", Said(LONG, choices=choices(*"abcd")), [listed(LONG, *({"id": f"d:{at}", "title": each} for at, each in enumerate("abcd")))]),
    ("buttons alone", Said(choices=TAKE), [under(CHOOSE, *TAKEN)]),
    ("a long label in a list", Said("x", choices=choices("Sakit kepala hebat tiba-tiba", "b", "c", "d")), [listed("x", {"id": "d:0", "title": "Sakit kepala hebat…", "description": "Sakit kepala hebat tiba-tiba"}, {"id": "d:1", "title": "b"}, {"id": "d:2", "title": "c"}, {"id": "d:3", "title": "d"})]),
    ("a long label under a message", Said("x", choices=choices("Konfirmasi untuk rekan")), [under("x", ("d:0", "Konfirmasi untuk…"))]),
    ("two that are one when cut", Said("x", choices=choices("Saya Muhammad Rizky Ramadhan", "Saya Muhammad Rizky Ramadhani")), [listed("x", {"id": "d:0", "title": "Saya Muhammad Rizky…", "description": "Saya Muhammad Rizky Ramadhan"}, {"id": "d:1", "title": "Saya Muhammad Rizky… 2", "description": "Saya Muhammad Rizky Ramadhani"})]),
    ("a place asked for", Said("Di mana?", keyboard=((Ask("place", "📍 Kirim"),),)), [asking("Di mana?")]),
    ("a place asked for beside buttons", Said("x", keyboard=((Ask("place", "📍 Kirim"), Choice("Batal")),)), [under("x", ("=Batal", "Batal")), asking("📍 Kirim")]),
    ("a place asked for under long words", Said(LONG, keyboard=((Ask("place", "📍 Kirim"),),)), [text(LONG), asking("📍 Kirim")]),
    ("a number asked for", Said("x", keyboard=((Ask("contact", "📱"),), (Choice("Darurat"),))), [under("x", ("=Darurat", "Darurat"))]),
    ("a place", Said(place=HERE), [Part("location", {"latitude": -7.982914, "longitude": 112.630811})]),
    ("a place with words", Said("x", place=HERE), [text(f"x\n{LINK}")]),
    ("a place with buttons", Said(place=HERE, choices=TAKE), [Part("location", {"latitude": -7.982914, "longitude": 112.630811}), under(CHOOSE, *TAKEN)]),
    ("a photo", Said("ini", file=PHOTO), [photo(caption="ini")]),
    ("a photo alone", Said(file=PHOTO), [photo()]),
    ("a photo of a place", Said(file=PHOTO, place=HERE), [photo(caption=LINK)]),
    ("a photo with buttons", Said("ini", file=PHOTO, choices=TAKE), [under("ini", *TAKEN, **IMAGE)]),
    ("a photo with a list", Said("ini", file=PHOTO, choices=choices(*"abcd")), [photo(), listed("ini", *({"id": f"d:{at}", "title": each} for at, each in enumerate("abcd")))]),
    ("a photo with long words", Said(LONG, file=PHOTO), [photo(), text(LONG)]),
    ("a voice with words", Said("dengar", file=File("voice", "12")), [Part("audio", {"id": "12"}), text("dengar")]),
    ("a document", Said("baca", file=File("document", "13", "a.pdf")), [Part("document", {"id": "13", "caption": "baca", "filename": "a.pdf"})]),
    ("a document with buttons", Said("baca", file=File("document", "13"), choices=TAKE), [Part("document", {"id": "13"}), under("baca", *TAKEN)]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), [case[1:] for case in SHAPES], ids=[case[0] for case in SHAPES])
def test_is_said_as(said: Said, expected: list[Part]) -> None:
    made = markup.parts(said, said.file.ref if said.file else "")
    assert list(made) == expected
    for part in made:
        check(part.kind, part.body)


def test_who_hides_his_number_is_asked_for_it() -> None:
    said = Said("Nomor Anda?", keyboard=((Ask("contact", "📱"),),))
    assert markup.parts(said, numbered=False) == (asking("Nomor Anda?", *("request_contact_info",) * 2),)
    assert markup.parts(said) == (text("Nomor Anda?"),)


def test_what_one_list_cannot_hold_goes_on_in_another() -> None:
    first, second = markup.parts(Said("Tanda-tanda", choices=choices(*(f"tanda {at}" for at in range(13)))))
    assert [first.body["body"]["text"], second.body["body"]["text"]] == ["Tanda-tanda", MORE]
    assert len(first.body["action"]["sections"][0]["rows"]) == 10
    assert [button["reply"]["id"] for button in second.body["action"]["buttons"]] == ["d:10", "d:11", "d:12"]


def test_the_message_is_the_first_that_can_be_tapped() -> None:
    assert markup.shown(markup.parts(Said(LONG, choices=TAKE))) == 1
    assert markup.shown(markup.parts(Said("x", file=File("voice", "1")), "1")) == 1
    assert markup.shown(markup.parts(Said("x", file=PHOTO), "11")) == 0
    assert markup.shown(markup.parts(Said("x", choices=choices(*map(str, range(13)))))) == 0


def test_two_buttons_that_do_the_same_are_one() -> None:
    said = Said("x", choices=((Choice("Ya", "y"), Choice("Ya!", "y")),), keyboard=((Choice("Menu"), Choice("Menu")),))
    assert markup.parts(said) == (under("x", ("y", "Ya"), ("=Menu", "Menu")),)


def test_the_place_of_a_long_text_is_never_cut_away() -> None:
    (part,) = markup.parts(Said("kata " * 2000, place=HERE))
    check(part.kind, part.body)
    assert part.body["body"].endswith(f"…\n{LINK}")


@pytest.mark.parametrize("said", [Said(), Said("  \n"), Said(keyboard=((Ask("contact", "x"),),))])
def test_nothing_is_not_sent(said: Said) -> None:
    with pytest.raises(Refused, match="nothing to say"):
        markup.parts(said)


@pytest.mark.parametrize("data", ["a" * 65, "é" * 33, "=x", "x ", "a\nb\x00", "\ud83d"])
def test_a_button_that_would_not_work_reaches_nobody(data: str) -> None:
    with pytest.raises(Refused, match="Ya"):
        markup.parts(Said("x", choices=((Choice("Ya", data),),)))


OURS = [
    menu.Menu(("status", "data", "bantuan", "jaga", "kasus", "jadwal")),
    incident.Call(),
    incident.Filed(number=7, kind="sesak", at=NOW, told="nobody"),
    incident.Questions(7, 7),
    incident.Signs(7, 7, SIGNS, SIGNS[:2]),
    incident.Crew(7, 7, tuple((at, f"Muhammad Rizky Ramadhan Putra {at}") for at in range(9))),
]


@pytest.mark.parametrize("said", OURS, ids=[said.name for said in OURS])
def test_our_own_messages_fit_and_every_label_comes_back_whole(said: Any) -> None:
    words = render(said, "WIB")
    made = markup.parts(words)
    back = {button.id.removeprefix("=") for button in buttons.of(words)}
    assert {each.label for row in words.keyboard for each in row if isinstance(each, Choice)} <= back
    for part in made:
        check(part.kind, part.body)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a\nb", "a / b"),
        ("a\r\n\n\n  b\tc", "a / b c"),
        ("a          b", "a b"),
        ("", "-"),
        (" \n\t", "-"),
        ("x\u2028y", "x / y"),
    ],
)
def test_a_value_of_a_template_is_one_line(value: str, line: str) -> None:
    assert template.in_one_line(value) == line


def test_a_template_is_filled_in() -> None:
    filled = Template("alert_red", "id", ("L-0007", "TPS 012\nKasin"), ("take:7", "decline:7"))
    assert template.message(filled) == {
        "name": "alert_red",
        "language": {"code": "id"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "L-0007"}, {"type": "text", "text": "TPS 012 / Kasin"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "take:7"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [{"type": "payload", "payload": "decline:7"}]},
        ],
    }  # fmt: skip
    assert template.message(Template("hello", "en")) == {"name": "hello", "language": {"code": "en"}}


def test_the_longest_value_is_cut_and_the_short_ones_are_left() -> None:
    short, long = template.fitted(["TPS 012", "kata " * 600])
    assert short == "TPS 012"
    assert 900 < len(long) <= 1024 - 7


words = st.text(st.characters(), max_size=40) | st.sampled_from(["", " ", "a" * 5000, "kata " * 900, "😀" * 700])
datas = st.text("abc:=019 é", max_size=70)
choice = st.builds(Choice, words, datas, st.just("") | st.from_regex("[A-Za-z0-9_-]{1,64}", fullmatch=True))
ask = st.builds(Ask, st.sampled_from(["contact", "place"]), words)
place = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))
file = st.builds(File, st.sampled_from(["photo", "voice", "document"]), st.just("11"), st.sampled_from(["", "a.pdf"]))
sayings = st.builds(
    Said,
    words,
    choices=st.lists(st.tuples(choice) | st.tuples(choice, choice), max_size=14).map(tuple),
    keyboard=st.lists(st.tuples(choice | ask), max_size=8).map(tuple),
    file=st.none() | file,
    place=st.none() | place,
)


@settings(max_examples=250, deadline=None)
@given(sayings, st.booleans())
def test_anything_said_fits(said: Said, numbered: bool) -> None:
    try:
        made = markup.parts(said, "11", numbered=numbered)
    except Refused:
        return
    for part in made:
        check(part.kind, part.body)
    tapped = [each for part in made if part.kind == "interactive" for each in ids(part.body["action"])]
    assert tapped == [button.id for button in buttons.of(said)]
    assert {each.data for row in said.choices for each in row if each.data} <= set(tapped)


def ids(action: dict[str, Any]) -> list[str]:
    replies = [button["reply"]["id"] for button in action.get("buttons", ())]
    return replies + [row["id"] for section in action.get("sections", ()) for row in section["rows"]]


@settings(max_examples=200, deadline=None)
@given(st.lists(words, max_size=12), st.lists(datas, max_size=3))
def test_any_template_fits(values: list[str], taps: list[str]) -> None:
    check("template", template.message(Template("x", values=tuple(values), taps=tuple(taps))))
