"""What a broadcast must not say: the candidate pairs' names, and words that point at a number on the ballot. Pure.

The service stays neutral, whoever sends. `TPS 1` and `pukul 1` are not meant, nor is the day: `coblosan 27 November`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_VERB = r"(?:(?:men|di|ter)?coblos|nyoblos)(?:lah|in|kan|nya)?"
_POINTS = rf"paslon(?:nya)?|pasangan(?:nya)?|(?:nomor|nomer|nmr|no) ?urut(?:nya|an)?|{_VERB}"
_BETWEEN = r"calon|nomor|nomer|nmr|no|urut|angka|pasangan|paslon|ke|nol|kosong"
_NUMBERS = r"\d+|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|i{1,3}|iv|vi{0,3}"
_MONTHS = (
    r"jan(?:uari)?|feb(?:ruari)?|mar(?:et)?|apr(?:il)?|mei|juni?|juli?|agu(?:stus)?|sep(?:tember)?|okt(?:ober)?|"
    r"nov(?:ember)?|des(?:ember)?"
)
_DATE = rf"(?!\s+(?:{_MONTHS})\b)"  # the number is a day
# "coblosan" is the day as well as the act: it points only where a word like `nomor` stands between.
_POINTING = re.compile(
    rf"\b(?:(?:{_POINTS})(?:\s*\b(?:{_BETWEEN})){{0,9}}|(?:pen)?coblosan(?:\s*\b(?:{_BETWEEN})){{1,9}})\s*(?:{_NUMBERS})\b{_DATE}"
)
_PAIR = re.compile(r"\s[-–—/&+]\s|\s*[,;&/+()]\s*|\s+(?:dan|dengan|bersama)\s+", re.IGNORECASE)
_TIGHT = re.compile(rf"{_PAIR.pattern}|\s*[-–—]\s*", re.IGNORECASE)  # `Ali-Budi` may be one name or two
_SPELLED_OUT = re.compile(r"\b(?:[^\W\d_] ){3,}[^\W\d_]\b")  # c o b l o s
# Before a name and behind it; of `S.H.` each letter stands alone by then and is dropped as well.
_BEFORE_AND_BEHIND = """
dr drg drs dra ir h hj prof kh gus bapak ibu pak bu abah bang mas mbak sh mh se mm st mt si msi ssi sp mp spd mpd sag
mag sos ssos kom skom mkom kes mkes skm hum mhum pd ag ip sip psi ikom kep ners ns md amd keb farm apt eng sc bsc msc
mba phd lc ak cpa tr pol ba ma
"""
_TITLES = frozenset(_BEFORE_AND_BEHIND.split())
SHORTEST = 5  # letters of a part of a name that is told from other words
# Parts of names that half the country shares, or that are plain words: they name nobody by themselves.
_SHARED = """
abdul abdullah achmad adi agung agus agustina ahmad aisyah aminah andi andre andri anggraini anton anwar ardiansyah
arief arifin arif aris astuti ayu aziz bambang basuki budi budiman budiono budiyanto cahya cahyo cahyono cahyani
darmawan dewi dian dwi effendi eka eko endah endang fadli faisal fajar fatimah fauzi fauzan febri ferdian firdaus
fitri fitriani gunawan hadi halim hamid handayani handoko hanafi hari hariyanto hartati hartono haryanto hasan hasanah
hendra hendri hendro heriyanto hermawan heru herman hidayat hidayati hidayah husein ibrahim ika ilham imam indah
indra indriani irawan irfan irwan iskandar ismail iwan jaya joko junaidi kartika kartini khoirul kurnia kurniawan
kurniawati kusuma kusumawati laila latifah lestari lukman lutfi maharani mahmud malik mansur mardiana maria mariana
maulana mega mochamad mochammad mohamad mohammad muhamad muhammad mulyadi mulyani mulyono mustafa mustofa nasution
ningsih novita nugraha nugroho nurhayati nurul pamungkas permana permata prakoso pramono prasetya prasetyo
pratama pratiwi puji purnama purnomo purwanto puspita puspitasari putra putri rachman rahayu rahman rahmat rahmawati
ramadhan ramadhani ratna ratnasari retno rini ridwan riyanto rizal rizki rohman rosyid rudi rusdi saiful salim samsul
santi santoso saputra saputri sari sartika setiawan setiawati setyawan simanjuntak siregar siti slamet soleh sri
subagyo sudarsono sugeng sugianto sugiarto suharto suherman sulaiman sulastri sulistyo sulistyowati sumarni sunarto
supriadi supriyadi supriyanto suprapto surya suryadi suryani suryanto susanti susanto susilo susilowati sutrisno
suwandi suyanto syaiful syarif taufik taufiq triyono tri usman utami utomo wahid wahyu wahyudi wahyuni wahyuningsih
wati wibowo widodo wijaya wijayanti winarno winarti wulan wulandari yanti yulianti yulianto yudi yuli yulia yunita
yusuf zainal zainuddin zulkifli
amanah anugerah bahagia berkah bintang bunga cahaya damai firman harapan hikmah karunia kartu kencana lurah makmur
mawar melati merdeka mulia negara pahlawan pelangi perdana perkasa pertama pertiwi pusaka samudra satria sejahtera
sentosa setia utama warga wilayah
"""
COMMON = frozenset(_SHARED.split())
# One name in many spellings, and the spelling of before 1972 (Soeharto, Djoko, Tjipto).
_SAME = (
    (re.compile(r"\b(?:mo[ck]?hamm?[ae]d|muhamm?[ae]d|moch|moh|muh|mohd)\b"), "muhammad"),
    (re.compile(r"\ba[ck]h?mad\b"), "ahmad"),
    (re.compile("oe"), "u"),
    (re.compile("tj"), "c"),
    (re.compile("dj"), "j"),
)


def offence(text: str, pairs: Iterable[str]) -> tuple[str, str] | None:
    """Why a text is not neutral: `number` or `name`, and the words that are meant; None if it is."""
    plain = _plain(text)
    pointing = _POINTING.search(plain)
    if pointing:
        return "number", pointing[0]
    spelled = _spelled(plain)
    for named in _named(pairs):
        if re.search(rf"\b{r' ?'.join(re.escape(word) for word in named.split())}\b", spelled):
            return "name", named
    return None


def _named(pairs: Iterable[str]) -> list[str]:
    """Whole names first, then the parts of them that are distinctive."""
    whole, parts = [], []
    for pair in pairs:
        both = [" ".join(words) for words in _people(pair, _PAIR)]
        whole += [between.join(both) for between in (" ", " dan ") if len(both) > 1]
        for words in (*_people(pair, _PAIR), *_people(pair, _TIGHT)):
            if len(words) > 1 or len(words[0]) >= SHORTEST:
                whole.append(" ".join(words))
            parts += [word for word in words if len(word) >= SHORTEST and word not in _COMMON]
    return list(dict.fromkeys([*whole, *parts]))


def _people(pair: str, between: re.Pattern[str]) -> Iterator[list[str]]:
    """The words of each name in a pair, titles aside."""
    for name in between.split(pair):
        words = [word for word in _spelled(_plain(name)).split() if word not in _TITLES]
        while words and len(words[-1]) == 1:  # what is left of S.H. or M.M.
            words.pop()
        if any(len(word) > 2 for word in words):  # noqa: PLR2004 - initials alone name nobody
            yield words


def _plain(text: str) -> str:
    """Letters and digits in lower case with single spaces, diacritics and invisible signs aside."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).casefold()
    kept = (ch for ch in folded if unicodedata.category(ch) not in {"Mn", "Me", "Cf"})
    spaced = " ".join("".join(ch if ch.isalnum() else " " for ch in kept).split())
    return _SPELLED_OUT.sub(lambda found: found[0].replace(" ", ""), spaced)


def _spelled(plain: str) -> str:
    """The same with names in one spelling."""
    for other, usual in _SAME:
        plain = other.sub(usual, plain)
    return plain


_COMMON = frozenset(_spelled(word) for word in COMMON)
