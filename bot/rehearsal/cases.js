// The cases with their ladders, what the outbox holds by lane, and how many there are of everything.

import { clock, length, make, small, words } from "/rehearsal/dom.js";
import { COLOURS, LETTERS, STATES, show } from "/rehearsal/map.js";

const list = document.getElementById("cases");
const lanes = document.querySelector("#lanes tbody");
const quiet = document.getElementById("quiet");
const NONE = quiet.textContent;
const LANES = { alert: "Darurat", reply: "Jawaban", reminder: "Pengingat", notice: "Pengumuman", broadcast: "Siaran" };
const MEDICAL = ["Nakes jaga", "Semua nakes puskesmas", "Puskesmas tetangga, Dinkes", "Koordinator kota"];
const RIOT = ["Koordinator kelurahan", "Koordinator kecamatan", "Koordinator kota"];
const HOW = { called: "dipanggil", took: "menangani", declined: "tidak bisa" };
const SIGNS = { called: "🔔", took: "✋", declined: "✕" };
const OPEN = ["waiting", "taken", "arrived", "referred"];
let shown = [], followed, chosen;

export function drawStand(stand) {
  shown = stand.cases;
  quiet.hidden = shown.length > 0;
  quiet.textContent = stand.none ? NONE : words.over;
  const before = new Map([...list.children].map((node) => [node.dataset.id, node]));
  list.replaceChildren(...shown.map((each) => {
    const known = before.get(String(each.id));
    const look = JSON.stringify(each);
    if (known?.look === look) return known;
    const node = card(each);
    node.look = look;
    return node;
  }));
  drawLanes(stand.lanes);
  drawSums(stand);
  tick();
  follow();
}

// A case that climbs comes into sight by itself, once a rung; on a small screen only for who has left the map behind.
function follow() {
  const first = shown.find((each) => each.state === "waiting");
  const key = first && `${first.id} ${first.rung}`;
  if (key && key !== followed) {
    const node = list.querySelector(`[data-id="${first.id}"]`);
    const town = document.getElementById("town");
    const below = node.getBoundingClientRect().bottom - town.getBoundingClientRect().bottom + 12;
    const map = small.matches && town.scrollTop < document.querySelector(".map").offsetHeight;
    if (below > 0 && !map) town.scrollBy({ top: below, behavior: "smooth" });
  }
  followed = key;
}

function card(each) {
  const node = make("li", `case ${each.severity} ${each.state}`);
  node.dataset.id = each.id;
  node.classList.toggle("chosen", each.id === chosen);
  const head = make("button", "title");
  head.append(make("i", `sign ${each.severity}`, LETTERS[each.severity]));
  const text = make("span");
  text.append(make("b", "", `${each.number} ${each.kind}`), make("small", "", each.place || "tempat belum diketahui"));
  head.append(text, make("em", "", STATES[each.state]));
  head.setAttribute("aria-label", `${each.number} ${COLOURS[each.severity]}, ${each.kind}, ${STATES[each.state]}`);
  head.addEventListener("click", () => {
    choose(each.id);
    show(each);
  });
  node.append(head, make("p", "now"));
  if (OPEN.includes(each.state)) node.append(ladder(each));
  return node;
}

function ladder(each) {
  const node = make("ol", "ladder");
  each.rungs.forEach((rung, at) => {
    const here = at === each.rung;
    const step = make("li", `rung ${here ? "here" : at < each.rung ? "past" : "ahead"}`);
    const names = (rung.medical ? MEDICAL : RIOT)[at] || "Koordinator kota";
    const title = make("div", "step");
    title.append(make("i", "", String(at + 1)), make("b", "", names));
    const waits = each.state === "waiting";
    if (here) step.setAttribute("aria-current", "step");
    if (here && rung.people.length) title.append(make("em", "", waits ? "sekarang" : STATES[each.state]));
    else if (at < each.rung && waits && called(rung)) title.append(make("em", "", "dipanggil lagi"));
    else if (at === each.rung + 1 && waits) title.append(make("em", "soon"));
    step.append(title);
    if (at <= each.rung || rung.people.length || rung.silent) step.append(people(rung, at <= each.rung));
    node.prepend(step); // it climbs
  });
  return node;
}

// Whom a higher rung calls once more: all who were called and have not said no.
const called = (rung) => rung.more > 0 || rung.people.some((one) => one.how === "called");

function people(rung, was) {
  const node = make("ul", "people");
  for (const each of rung.people) {
    const item = make("li", each.how, `${SIGNS[each.how]} ${each.name}`);
    item.title = HOW[each.how];
    item.append(make("span", "", ` (${HOW[each.how]})`));
    node.append(item);
  }
  if (rung.more) node.append(make("li", "more", `dan ${rung.more} lagi`));
  const many = rung.silent ? ` (${rung.silent})` : "";
  if (was && !rung.people.length) node.append(make("li", "more", `dilewati, belum ada yang terhubung${many}`));
  else if (rung.silent) node.append(make("li", "more", `${rung.silent} belum terhubung`));
  return node;
}

// What changes with every second.
export function tick() {
  for (const each of shown) {
    const node = list.querySelector(`[data-id="${each.id}"]`);
    if (!node) continue;
    const left = each.climbs ? each.climbs - clock.now() : 0;
    node.querySelector(".now").textContent = sentence(each, left);
    const soon = node.querySelector(".soon");
    if (soon) soon.textContent = left > 0 ? `dalam ${length(left)}` : "sekarang juga";
  }
}

function sentence(each, left) {
  const since = `dilaporkan ${clock.format.short.format(each.reported)}`;
  if (each.state === "waiting" && each.climbs) {
    const last = each.rung >= each.rungs.length - 1;
    return `${since} · panggilan ke-${each.round} · ${last ? "dipanggil lagi" : "naik"} dalam ${length(left)}`;
  }
  if (each.taker) return `${since} · ${each.taker}${each.outcome ? ` · ${each.outcome}` : ""}`;
  return since;
}

function drawLanes(given) {
  const most = Math.max(1, ...Object.values(given).map((lane) => lane.waiting + lane.sent + lane.failed));
  lanes.replaceChildren(...Object.entries(LANES).map(([key, name]) => {
    const row = make("tr");
    row.dataset.lane = key;
    const title = make("th", "", name);
    title.scope = "row";
    const bar = make("td", "wide");
    const meter = make("div", "bar");
    for (const part of ["sent", "waiting", "failed"]) {
      const piece = make("i", part);
      piece.style.width = `${Math.sqrt(given[key][part] / most) * 100}%`;
      meter.append(piece);
    }
    bar.append(meter);
    row.append(title, bar, ...["waiting", "sent", "failed"].map((part) => make("td", part, String(given[key][part]))));
    return row;
  }));
}

function drawSums(stand) {
  const many = (...states) => stand.cases.filter((each) => states.includes(each.state)).length;
  const sums = [[many("waiting"), "menunggu"], [many("taken", "arrived", "referred"), "ditangani"], [stand.ended, "selesai"],
    [stand.linked, "terhubung"], [stand.handed.length, "kotak sampai"]];
  document.getElementById("sums").replaceChildren(...sums.map(([number, text]) => {
    const item = make("li");
    item.append(make("b", "", String(number)), make("span", "", text));
    return item;
  }));
}

function choose(id) {
  chosen = id;
  for (const node of list.children) node.classList.toggle("chosen", Number(node.dataset.id) === id);
}

// A case's card, where its mark was tapped.
export function open(id) {
  choose(id);
  list.querySelector(".chosen")?.scrollIntoView({ behavior: "smooth", block: "nearest" });
}
