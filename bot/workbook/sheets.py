"""The sheets and columns of a workbook, and the other names that offices give them."""

from __future__ import annotations

from dataclasses import dataclass

from storage import names


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet's columns in the order of the contract; `also` is understood but not asked for."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


ELECTION, TPS, PUSKESMAS, OFFICERS = "pemilihan", "tps", "puskesmas", "petugas"
COVERAGES, WORKERS, COORDINATORS, CANDIDATES = "kepesertaan", "nakes", "koordinator", "paslon"
REASON = "alasan"  # the column that the workbook of refused rows adds
INSTRUCTIONS = "petunjuk"

LAYOUTS: dict[str, Layout] = {
    ELECTION: Layout(
        ("kode", "nama", "kode_wilayah", "tanggal", "zona"),
        ("nomor_darurat", "dasar_upah", "skema", "sekretariat"),
    ),
    TPS: Layout(
        ("kelurahan", "kecamatan", "tps"),
        ("puskesmas", "jenis", "tanggal", "pindah_ke", "alamat", "lintang", "bujur"),
    ),
    PUSKESMAS: Layout(("puskesmas", "kecamatan"), ("telepon", "kelurahan")),
    OFFICERS: Layout(("nik", "nama", "peran"), ("no_hp", "jabatan", "lembaga", "kecamatan", "kelurahan", "tps")),
    COVERAGES: Layout(("nik", "lembaga", "program", "mulai", "akhir"), ("kpj", "upah", "status", "per_tanggal")),
    WORKERS: Layout(
        ("nama", "no_hp", "puskesmas"), ("jabatan", "mulai", "selesai", "kelurahan", "tps"), ("kecamatan",)
    ),
    COORDINATORS: Layout(("nama", "no_hp", "lembaga"), ("kecamatan", "kelurahan")),
    CANDIDATES: Layout(("nomor", "nama")),
}

_SHEETS: dict[str, tuple[str, ...]] = {
    ELECTION: ("pemilu", "pilkada", "data pemilihan"),
    TPS: ("data tps", "daftar tps"),
    PUSKESMAS: ("data puskesmas", "daftar puskesmas"),
    OFFICERS: ("data petugas", "daftar petugas", "badan adhoc"),
    COVERAGES: ("peserta", "data kepesertaan", "bpjs", "bpjs ketenagakerjaan"),
    WORKERS: ("tenaga kesehatan", "data nakes", "daftar nakes"),
    COORDINATORS: ("data koordinator", "daftar koordinator"),
    CANDIDATES: ("pasangan calon", "data paslon", "daftar paslon"),
}

_COLUMNS: dict[str, tuple[str, ...]] = {
    "nik": ("no nik", "nomor nik", "nik ktp", "no ktp", "nomor ktp", "nomor induk kependudukan", "nik e-ktp"),
    "nama": ("nama lengkap", "nama petugas", "nama anggota", "nama peserta", "nama sesuai ktp"),
    "peran": ("role", "tugas", "badan adhoc", "peran petugas"),
    "no_hp": ("hp", "no hp/wa", "no wa", "nomor hp", "nomor wa", "nomor whatsapp", "no whatsapp", "whatsapp", "wa",
              "no telepon", "nomor telepon", "no telp", "nomor telp", "telepon", "telp", "no handphone",
              "nomor handphone", "handphone", "no ponsel", "nomor ponsel", "ponsel", "no hp aktif", "nomor hp aktif",
              "no telepon/hp", "no hp/telepon"),
    "telepon": ("no telepon", "nomor telepon", "no telp", "nomor telp", "telp", "no hp", "nomor hp", "hp"),
    "jabatan": ("posisi", "kedudukan"),
    "lembaga": ("instansi", "institusi", "nama lembaga", "asal instansi"),
    "kecamatan": ("kec", "nama kecamatan"),
    "kelurahan": ("kel", "desa", "desa/kelurahan", "kelurahan/desa", "kel/desa", "desa/kel", "nama kelurahan",
                  "nama kelurahan/desa", "nama desa/kelurahan", "kalurahan", "wilayah kerja"),
    "tps": ("no tps", "nomor tps"),
    "puskesmas": ("nama puskesmas", "pkm", "faskes"),
    "jenis": ("jenis tps", "kategori"),
    "tanggal": ("tgl", "tanggal pemungutan", "tanggal pemungutan suara", "hari pemungutan suara", "tanggal coblos"),
    "pindah_ke": ("pindah ke tps", "pindah"),
    "alamat": ("alamat tps", "lokasi"),
    "lintang": ("latitude", "lat", "garis lintang"),
    "bujur": ("longitude", "long", "lng", "lon", "garis bujur"),
    "program": ("jenis program", "nama program", "programa"),
    "mulai": ("tanggal mulai", "tgl mulai", "awal", "tanggal awal", "jam mulai", "mulai jaga", "mulai berlaku"),
    "akhir": ("tanggal akhir", "tgl akhir", "berakhir", "tanggal berakhir", "sampai", "s/d", "berlaku sampai"),
    "selesai": ("jam selesai", "selesai jaga", "sampai", "s/d"),
    "kpj": ("no kpj", "nomor kpj", "nomor peserta", "no peserta", "nomor kartu", "no kartu"),
    "upah": ("dasar upah", "gaji", "honor", "honorarium"),
    "status": ("status peserta", "status kepesertaan"),
    "per_tanggal": ("per tgl", "data per", "data per tanggal", "tanggal data"),
    "kode": ("kode pemilihan",),
    "kode_wilayah": ("kode daerah", "kode kota/kabupaten", "kode kabupaten/kota"),
    "zona": ("zona waktu", "waktu"),
    "nomor_darurat": ("no darurat", "telepon darurat"),
    "dasar_upah": ("upah dasar",),
    "skema": ("skema iuran",),
    "sekretariat": ("alamat sekretariat", "kontak sekretariat"),
    "nomor": ("no urut", "nomor urut", "no paslon", "nomor paslon", "no"),
}  # fmt: skip

# One word may mean one thing on one sheet and another elsewhere.
_ONLY_THERE: dict[str, dict[str, tuple[str, ...]]] = {
    ELECTION: {"nama": ("nama pemilihan",)},
    PUSKESMAS: {"puskesmas": ("nama",), "kelurahan": ("kelurahan yang dilayani", "wilayah")},
    CANDIDATES: {"nama": ("nama paslon", "nama pasangan calon", "pasangan calon")},
    WORKERS: {"jabatan": ("profesi",)},
}

_SHEET_NAMES = {names.key(word): sheet for sheet, words in _SHEETS.items() for word in (sheet, *words)}


def known_sheet(title: str) -> str | None:
    """Which of our sheets a title means."""
    return _SHEET_NAMES.get(names.key(title))


def known_columns(sheet: str) -> dict[str, str]:
    """Header as it is compared → our column, for one sheet; a column's own name comes before any synonym."""
    layout = LAYOUTS[sheet]
    found: dict[str, str] = {}
    for column in layout.columns + layout.also:
        extra = _ONLY_THERE.get(sheet, {}).get(column, ())
        for word in (*_COLUMNS.get(column, ()), *extra):
            found.setdefault(names.key(word), column)
    return found | {names.key(column): column for column in layout.columns + layout.also}
