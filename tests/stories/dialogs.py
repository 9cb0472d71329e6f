"""Every dialog, each as a script that is walked on both channels (`test_side_by_side`)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, insert, select, update

from storage import coverage_cases
from storage.coverages import coverages
from storage.people import people
from tests.stories.areas import also
from tests.stories.both import Hall, Script

DIALOGS: dict[str, Script] = {}


def dialog(script: Script) -> Script:
    DIALOGS[script.__name__] = script
    return script


@dialog
async def masuk_dan_keluar(hall: Hall) -> None:
    """Consent, linking, what is held, the way out and back."""
    stage = hall.stage
    officer = await hall.join(await stage.officer(), "Petugas", linked=False)
    coordinator = await hall.join(await stage.coordinator(), "Koordinator")
    await officer.says("/start")
    await officer.says("besok saja")
    await officer.says("Tidak")
    await officer.says("/status")
    await officer.says("/start")
    await officer.says("Setuju")
    await officer.gives_number()
    await officer.says("/menu")
    await officer.says("/help")
    await officer.says("Bantuan")
    await officer.says("🛡 Status")
    await officer.says("/status")
    await officer.says("/data")
    await officer.says("Data saya")
    await officer.taps("Siapa yang melihat")
    await officer.says("/berhenti")
    await officer.taps("Nyalakan lagi")
    await officer.says("/rekap")
    await officer.says("apa kabar")
    await officer.says("/hapus")
    await officer.taps("Tidak jadi")
    await officer.taps("Bukan saya")
    await coordinator.says("/data")
    await officer.says("/hapus")
    await officer.taps("Ya, hapus")


@dialog
async def diganti_pagi_ini(hall: Hall) -> None:
    """The chair, and PPS, name who comes instead; he links at once, the old one has lost his rights."""
    stage = hall.stage
    chair = await hall.join(await stage.chair(), "Ketua KPPS")
    old = await hall.join(await stage.officer(rank=2), "Petugas lama")
    new = await hall.join(stage.stranger(), "Pengganti", linked=False)
    coordinator = await hall.join(await stage.coordinator(level="kecamatan"), "Koordinator")
    await new.says("/start")
    await new.says("Setuju")
    await new.gives_number()
    await old.says("/ganti")
    await chair.says("Bantuan")
    await chair.says("/ganti")
    await chair.taps(old.actor.name[:20])
    await chair.says("12")
    await chair.says("Orang Lewat Pertama")
    await chair.says("besok")
    await chair.says("0819-9999-9999")
    await chair.says("ya")
    await chair.says("0819-9999-9999")
    await chair.taps("Ya, ganti")
    await new.says("Pingsan")
    await old.says("/status")
    await coordinator.says("/menu")
    pps = await hall.join(await stage.pps(), "PPS")
    await pps.says("/ganti")
    await pps.says("999")
    await pps.says("TPS 1")
    await pps.taps("Ketua: ")
    await pps.says("Batal")


@dialog
async def hp_bersama(hall: Hall) -> None:
    """Two people of the roster share a number."""
    stage = hall.stage
    first, second = await stage.officer(), await stage.officer(rank=1)
    same = update(people).where(people.c.id == second.person_id).values(phone=first.phone)
    await stage.db.write(lambda tx: tx.execute(same))
    shared = await hall.join(first, "HP bersama", linked=False)
    await shared.says("/start")
    await shared.says("Setuju")
    await shared.gives_number()
    await shared.taps(f"Saya {second.name[:12]}")


@dialog
async def bukan_di_daftar(hall: Hall) -> None:
    """Somebody whom no roster knows: he may report all the same."""
    stranger = await hall.join(hall.stage.stranger(), "Orang lewat", linked=False)
    await stranger.says("/start")
    await stranger.says("Setuju")
    await stranger.says("0812 3456 7890")
    await stranger.gives_number()
    await stranger.says("/tps")
    await stranger.says("Darurat")
    await stranger.says("Kecelakaan")
    await stranger.says("Kasin 3")


@dialog
async def dua_laporan(hall: Hall) -> None:
    """Two of one TPS report: the same event becomes one case, another victim stays one of his own."""
    stage = hall.stage
    reporters = [await hall.join(await stage.officer(rank=n), f"Petugas {n + 1}") for n in range(3)]
    worker = await hall.join((await stage.workers())[0], "Nakes")
    for each in reporters:
        await each.says("Pingsan")
    await worker.taps("Saya tangani", "L-0001")
    await reporters[1].taps("Kejadian yang sama")
    await worker.taps("Korban lain")
    await reporters[1].says("Batal")
    await worker.taps("Tiba", "L-0001")


@dialog
async def nomor_tersembunyi(hall: Hall) -> None:
    """On WhatsApp a number may be hidden; on Telegram it always is, until it is shared."""
    someone = await hall.join(await hall.stage.officer(), "Petugas", linked=False, hidden=True)
    await someone.says("/start")
    await someone.says("Setuju")
    await someone.says("0812 3456 7890")
    await someone.gives_number(always=True)
    await someone.says("Darurat")
    await someone.says("Pingsan")


@dialog
async def lapor_dan_ditangani(hall: Hall) -> None:
    """From the call to the end, with everything that makes it better."""
    stage = hall.stage
    officer = await hall.join(await stage.officer(), "Petugas")
    workers = [await hall.join(each, f"Nakes {at}") for at, each in enumerate((await stage.workers())[:2], 1)]
    coordinator = await hall.join(await stage.coordinator(), "Koordinator")
    await officer.says("/darurat")
    await officer.says("Batal")
    await officer.says("/lapor")
    await officer.says("Pingsan")
    await officer.taps("Rekan di TPS saya")
    await officer.taps((await stage.officer(rank=2)).name[:10])
    await officer.taps("Tanda-tanda")
    await officer.taps("Tidak bernapas")
    await officer.taps("Selesai memilih")
    await officer.says("sudah dibaringkan di balai")
    await officer.sends("photo", "wajahnya pucat")
    await officer.sends("voice")
    await officer.is_at(-7.95, 112.63)
    await officer.taps("Tempat lain")
    await officer.says("Arjosari 2")
    await workers[0].taps("Saya tangani")
    await workers[1].taps_late("Saya tangani", "take:1")
    await officer.says("Kecelakaan")
    await officer.taps("Korban lain")
    await officer.taps("Orang lain")
    await workers[0].taps("Turunkan")
    await workers[0].says("sudah sadar, tekanan darah normal")
    await workers[0].taps("Tiba")
    await coordinator.says("/kasus")
    await workers[0].says("/kasus")
    await workers[0].taps("Selesai", on="L-0001")
    await workers[0].taps("Membaik")
    await workers[0].taps("Siapa korbannya", on="L-0001")
    await workers[0].taps("Orang lain", on="siapa korbannya")


@dialog
async def alarm_batal(hall: Hall) -> None:
    stage = hall.stage
    officer = await hall.join(await stage.officer(), "Petugas")
    coordinator = await hall.join(await stage.coordinator(), "Koordinator")
    await hall.join((await stage.workers())[0], "Nakes")
    await officer.says("Darurat")
    await officer.says("Sakit atau kelelahan")
    await officer.taps("Saya sendiri")
    await officer.taps("Tempat lain")
    await officer.says("Batal")
    await officer.says("Pingsan")
    await officer.taps("Korban lain")
    await officer.says("Batal")
    await officer.taps("Batal L-0002")
    await officer.says("Batal")
    await coordinator.says("L-0001")
    await coordinator.taps("Tandai alarm palsu")
    await coordinator.taps("Bukan alarm palsu")
    await officer.says("L-0002")


@dialog
async def menolak_menunggu_merujuk(hall: Hall) -> None:
    """Declined, handed back, quiet, climbed, referred."""
    stage = hall.stage
    officer = await hall.join(await stage.officer(), "Petugas")
    workers = [await hall.join(each, f"Nakes {at}") for at, each in enumerate((await stage.workers())[:3], 1)]
    await officer.says("Sesak atau nyeri dada")
    await workers[0].taps("Tidak bisa")
    await workers[1].taps("Saya tangani")
    await workers[1].taps("Tidak bisa")
    await hall.passes(2)
    await hall.passes(3)
    await workers[2].taps("Saya tangani")
    await hall.passes(11)
    await workers[2].taps("Masih saya tangani")
    await workers[2].taps("Rujuk")
    await workers[2].says("RSUD Sayful Anwar")
    await workers[2].taps("Ubah rujukan")
    await workers[2].says("RSUD Saiful Anwar")
    await workers[2].taps("Selesai")
    await workers[2].taps("Istirahat")


@dialog
async def semua_tidak_bisa(hall: Hall) -> None:
    """Everybody says no: they are asked again, the reporter and the area's coordinators read it."""
    stage = hall.stage
    officer = await hall.join(await stage.officer(), "Petugas")
    workers = [await hall.join(each, f"Nakes {at}") for at, each in enumerate((await stage.workers())[:2], 1)]
    await hall.join(await stage.coordinator(level="kecamatan"), "Koordinator kecamatan")
    await officer.says("Sakit atau kelelahan")
    for each in workers:
        await each.taps("Tidak bisa")
    await workers[0].taps("Saya tangani")
    await hall.passes(21)


@dialog
async def jaga(hall: Hall) -> None:
    worker = await hall.join((await hall.stage.workers())[0], "Nakes")
    await worker.says("/jaga")
    await worker.taps("Berhenti jaga")
    await worker.says("🩺 Jaga")
    await worker.taps("Mulai jaga")
    await worker.says("📋 Kasus")


@dialog
async def jadwal(hall: Hall) -> None:
    """The timetable, changed in a kelurahan; what the chair and an officer read of it."""
    stage = hall.stage
    await stage.heart.cycle()
    chair = await hall.join(await stage.chair(), "Ketua KPPS")
    coordinator = await hall.join(await stage.coordinator("Kelurahan", "kelurahan"), "Koordinator kelurahan")
    await coordinator.says("/jadwal")
    await coordinator.taps("27 Nov 2024 12.00", on="Jadwal")
    await coordinator.taps("Ubah jam")
    await coordinator.says("25.00")
    await coordinator.says("10.30")
    await coordinator.taps("27 Nov 2024 14.00", on="Jadwal")
    await coordinator.taps("Ubah kata-kata")
    await coordinator.says("Istirahat dulu di balai.")
    await coordinator.says("🗓 Jadwal")
    await coordinator.taps("👤 27 Nov 2024 18.00", on="Jadwal")
    await coordinator.taps("Jeda")
    await coordinator.taps("Tambah")
    await coordinator.taps("Batal")
    await coordinator.taps("Tambah")
    await coordinator.says("H 11.00 Air minum dibagikan.")
    await coordinator.taps("27 Nov 2024 14.00", on="Jadwal")
    await coordinator.taps("Kirim sekarang")
    await hall.passes(65)
    await hall.passes(7 * 60)
    await chair.taps("Kotak diserahkan")


@dialog
async def siaran(hall: Hall) -> None:
    """A broadcast with receipts in one kelurahan, its report, a reminder, and one that is stopped before it goes."""
    stage = hall.stage
    sender = await hall.join(await stage.coordinator("Kelurahan", "kelurahan"), "Koordinator kelurahan")
    chair = await hall.join(await stage.chair(), "Ketua KPPS")
    officer = await hall.join(await stage.officer(rank=2), "Petugas")
    await sender.says("/siaran")
    await sender.says("peran=KPSP")
    await sender.taps("KPPS")
    await sender.says("Pilih paslon nomor 2")
    await sender.sends("photo", "Kartu dan vitamin di PPS.")
    await sender.says("ya")
    await sender.taps("Ya, minta tanda terima")
    await sender.taps("✅ Kirim")
    await hall.passes(1)
    await officer.taps("Sudah saya terima")
    await sender.taps("Belum terima", on="Laporan")
    await sender.taps("Ingatkan")
    await hall.passes(11)
    await chair.taps("Konfirmasi untuk")
    await chair.taps("Semua anggota TPS saya")
    await sender.taps("Daftar nama", on="Laporan")
    await sender.says("📢 Siaran")
    await sender.taps("Siaran terkini")
    await sender.taps("B-0001")
    await sender.says("/siaran")
    await sender.taps("Semua")
    await sender.says("Rapat pukul 15.")
    await sender.taps("Tidak perlu")
    await sender.taps("Jadwalkan")
    await sender.says("kemarin")
    await sender.says("12.00")
    await sender.taps("Hentikan")
    await sender.says("/siaran")
    await sender.taps("Semua")
    await sender.says("Tidak jadi.")
    await sender.taps("Tidak perlu")
    await sender.taps("Batal", on="Itu yang akan diterima")


@dialog
async def siaran_disetujui(hall: Hall) -> None:
    """Beyond one kelurahan another coordinator agrees, or does not; it is held and goes on."""
    stage = hall.stage
    sender = await hall.join(await stage.coordinator(), "Koordinator KPU")
    other = await hall.join(await stage.coordinator("Bakesbangpol"), "Bakesbangpol")
    await hall.join(await stage.officer(), "Petugas")
    for answer in ("Tolak", "👍"):
        await sender.says("/siaran")
        await sender.taps("KPPS")
        await sender.says("Vitamin di PPS.")
        await sender.taps("Tidak perlu")
        await sender.taps("✅ Kirim")
        await other.taps(answer)
    await hall.passes(1)


@dialog
async def siaran_ditahan_dan_diulang(hall: Hall) -> None:
    """Held and let go; what is not sure to have come is sent again by choice; WhatsApp's people of the day by Telegram."""
    stage = hall.stage
    sender = await hall.join(await stage.coordinator("Kelurahan", "kelurahan"), "Koordinator kelurahan")
    officer = await hall.join(await stage.officer(), "Petugas")
    await sender.says("/siaran")
    await sender.taps("KPPS")
    await sender.says("Air minum di balai.")
    await sender.taps("Tidak perlu")
    await sender.taps_late("Sisa ke Telegram", "b_rest:1")
    await sender.taps("Jadwalkan")
    await sender.says("11.00")
    await stage.stops()
    await hall.passes(61)
    await sender.taps_late("⏸ Jeda", "b_pause:1")
    await stage.heart.cycle()
    (stage.cloud if hall.channel == "whatsapp" else stage.phones).mute.add(officer.actor.id)
    await stage.starts()
    await hall.passes(5)
    await sender.taps("Lanjut")
    await hall.passes(1)
    await sender.taps("Ulangi ke yang belum pasti")
    await hall.passes(1)


@dialog
async def minta_dicatat(hall: Hall) -> None:
    """Not in the roster by this number: he asks, and who knows him there decides; one is refused before he is taken."""
    stage = hall.stage
    coordinator = await hall.join(await stage.coordinator("Kelurahan", "kelurahan"), "Koordinator kelurahan")
    known = await stage.officer(rank=1)
    lost = await hall.join(replace(known, id="77", phone="+6281999999977"), "Petugas, nomor baru", linked=False)
    new = await hall.join(replace(known, id="78", phone="+6281999999978"), "Pengganti", linked=False)
    await lost.says("/start")
    await lost.says("Setuju")
    await lost.gives_number()
    await lost.says("🪪 Minta dicatat")
    await lost.says("KPPS")
    await lost.taps("KPPS")
    await lost.says("12")
    await lost.says(known.name)
    await lost.says("Kasin Kulon 99")
    await lost.says("Arjosari 1")
    await coordinator.taps(known.name[:12])
    await lost.says("/status")
    await new.says("/start")
    await new.says("Setuju")
    await new.gives_number()
    for answer in ("Tolak", "Petugas baru"):
        await new.says("🪪 Minta dicatat")
        await new.taps("KPPS")
        await new.says("Slamet Baru Pengganti")
        await new.says("Arjosari 1")
        if answer == "Petugas baru":
            await hall.passes(15)
            await coordinator.says("/rekap")
            await coordinator.taps("Minta dicatat")
            await coordinator.taps("Slamet Baru Peng")
        await coordinator.taps(answer)
    await new.says("Pingsan")


@dialog
async def kata_bebas(hall: Hall) -> None:
    """Words, a photo and a voice note that may be an emergency: one button files it."""
    stage = hall.stage
    officer = await hall.join(await stage.officer(), "Petugas")
    worker = await hall.join((await stage.workers())[0], "Nakes")
    await officer.says("aman, tidak ada yang pingsan")
    await officer.says("tolong bu ketua semaput")
    await officer.says("cepat")
    await officer.says("tolong bu ketua semaput")
    await officer.taps("Pingsan")
    await worker.taps("Saya tangani")
    await worker.taps("Tiba")
    await worker.taps("Selesai")
    await worker.taps("Membaik")
    await officer.sends("voice")
    await officer.taps("Laporkan sekarang")


@dialog
async def saling_menulis(hall: Hall) -> None:
    """Reporter and worker write to each other while the case is open; with two cases the worker says for which."""
    stage = hall.stage
    first = await hall.join(await stage.officer(), "Pelapor 1")
    second = await hall.join(await stage.officer(rank=2), "Pelapor 2")
    worker = await hall.join((await stage.workers())[0], "Nakes")
    await first.says("Pingsan")
    await worker.taps("Saya tangani")
    await worker.says("Apakah napasnya teratur?")
    await first.says("ya, teratur")
    await worker.sends("photo", "Posisikan begini")
    await second.says("Kecelakaan")
    await worker.taps("Saya tangani", on="L-0002")
    await worker.says("Saya tiba 5 menit lagi")
    await worker.says("Saya tiba 5 menit lagi, tunggu di depan")
    await worker.taps("L-0002")
    await second.says("Pingsan")
    await second.taps("Korban lain")
    await second.says("rekannya ikut lemas")
    await second.taps("Untuk L-0002 juga")


@dialog
async def cakupan(hall: Hall) -> None:
    """Who is not covered in a coordinator's area, by name and as a workbook."""
    coordinator = await hall.join(await hall.stage.coordinator(), "Koordinator KPU")
    await coordinator.says("/cakupan")
    await coordinator.taps("Nama-nama")
    await coordinator.taps("Daftar nama")
    await coordinator.says("🧾 Cakupan")


@dialog
async def dua_wilayah(hall: Hall) -> None:
    """KPU's coordinator of two kecamatan: of which area is said, or asked."""
    stage = hall.stage
    await stage.heart.cycle()
    two = await hall.join(await also(stage, await stage.coordinator("KPU", "kecamatan")), "Koordinator dua kecamatan")
    await two.says("/jadwal")
    await two.taps("Kec. Lowokwaru")
    await two.taps("27 Nov 2024 14.00")
    await two.taps("Ubah jam")
    await two.says("14.30")
    await two.taps("27 Nov 2024 14.30")
    await two.taps("Kirim sekarang")
    await two.says("/cakupan")
    await two.taps("Nama-nama", on="Kec. Lowokwaru")
    await two.says("/rekap")
    await two.taps("Nama belum tercakup", on="Rekap Kec. Blimbing")
    await two.says("/siaran")
    await two.taps("Semua")
    await two.says("Rapat pukul 15.")
    await two.taps("Tidak perlu")


@dialog
async def dua_lembaga(hall: Hall) -> None:
    """KPU's of one kecamatan and Bawaslu's of another: a broadcast is one institution's."""
    stage = hall.stage
    both = await also(stage, await stage.coordinator("KPU", "kecamatan"), institution="Bawaslu")
    two = await hall.join(both, "Koordinator dua lembaga")
    await two.says("/siaran")
    await two.says("semua")
    await two.taps("Bawaslu: Kec. Lowokwaru")
    await two.says("kecamatan=Blimbing")
    await two.taps("PTPS")
    await two.says("Rapat pukul 15.")
    await two.taps("Tidak perlu")
    await two.taps("Batal", on="Itu yang akan diterima")


@dialog
async def rekap(hall: Hall) -> None:
    """The day in an area: quiet, then with cases; called by the ladder he reads which report is due."""
    stage = hall.stage
    city = await hall.join(await stage.coordinator("Dinkes"), "Koordinator Dinkes")
    area = await hall.join(await stage.coordinator("Kelurahan", "kelurahan"), "Koordinator kelurahan")
    officer = await hall.join(await stage.officer(), "Petugas")
    worker = await hall.join((await stage.workers())[0], "Nakes")
    await area.says("/rekap")
    await officer.says("Kecelakaan")
    await hall.passes(4)
    await worker.taps("Saya tangani")
    await city.says("/rekap")
    await area.says("📊 Rekap")
    await city.taps("Rekap (XLSX)")


@dialog
async def data_salah_dan_hapus(hall: Hall) -> None:
    """Something is wrong in what is held, and it is to be deleted: asked, reminded, late, answered and refused."""
    stage = hall.stage
    boss = await hall.join(await stage.coordinator(), "Koordinator KPU")
    first = await hall.join(await stage.officer(), "Petugas 1")
    second = await hall.join(await stage.officer(rank=2), "Petugas 2")
    await first.says("/data")
    await first.taps("Ada yang salah")
    await first.says("Saya di TPS 12, bukan TPS 1")
    await second.says("/hapus")
    await second.taps("Ya, hapus")
    await boss.says("/rekap")
    await boss.taps("Permintaan data")
    await boss.taps(first.actor.name[:12])
    await boss.taps("Sudah beres")
    await boss.taps("Tolak", on="dihapus")
    await boss.says("Masih bertugas sampai rekapitulasi selesai")
    await second.says("/hapus")
    await second.taps("Ya, hapus")
    await first.says("/hapus")
    await first.taps("Ya, hapus")
    await hall.passes(48 * 60)
    await boss.says("/menu")
    await hall.passes(24 * 60)
    await boss.taps("Sudah beres")


@dialog
async def minta_diperiksa(hall: Hall) -> None:
    """Not on his institution's list: he asks, who coordinates there answers, and a list closes it."""
    stage = hall.stage
    boss = await hall.join(await stage.coordinator(), "Koordinator KPU")
    officers = [await stage.officer(), await stage.officer(rank=2)]
    nik = select(people.c.nik_hash).where(people.c.id.in_([each.person_id for each in officers]))
    await stage.db.write(lambda tx: tx.execute(delete(coverages).where(coverages.c.nik_hash.in_(nik))))
    first, second = [await hall.join(each, f"Petugas {at}") for at, each in enumerate(officers, 1)]
    for each in (first, second):
        await each.says("/status")
        await each.taps("Minta diperiksa")
    await first.says("/status")
    await boss.says("/cakupan")
    await boss.taps("Minta diperiksa")
    await boss.taps(officers[0].name[:12])
    await boss.taps("Sudah diajukan")
    await boss.taps("Tidak berhak", on=officers[1].name)
    await boss.says("Sudah diganti sejak 20 November")
    await second.says("/status")
    hashes = await stage.db.read(lambda tx: [row.nik_hash for row in tx.rows(nik.order_by(people.c.id))])
    day = stage.clock.now().date()
    given = {"election_id": 1, "institution": "KPU", "starts": day, "ends": day, "active": True, "kpj_hash": "", "kpj_last4": ""}
    rows = [{**given, "nik_hash": hashes[0], "programme": programme} for programme in ("JKK", "JKM")]
    await stage.db.write(lambda tx: tx.execute(insert(coverages), rows))
    await stage.db.write(lambda tx: coverage_cases.close(tx, 1, 0, stage.clock.now()))
    await hall.passes(0)
    await boss.taps_late("Sudah diajukan", "cov_done:1")


@dialog
async def dihentikan(hall: Hall) -> None:
    """After a referral nothing that the bot begins goes to the casualty, until his coordinator lets it."""
    stage = hall.stage
    reporter = await hall.join(await stage.officer(), "Petugas")
    worker = await hall.join((await stage.workers())[0], "Nakes")
    coordinator = await hall.join(await stage.coordinator("KPU"), "Koordinator KPU")
    await reporter.says("Pingsan")
    await reporter.taps("Rekan di TPS saya")
    await reporter.taps((await stage.officer(rank=2)).name[:12])
    await worker.taps("Saya tangani")
    await worker.taps("Rujuk")
    await worker.says("RSUD Saiful Anwar")
    await coordinator.taps("Nyalakan lagi")
