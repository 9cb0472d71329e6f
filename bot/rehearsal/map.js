// The map of the city's TPS: every kelurahan, every station, every case. Drawn here; nothing is fetched from elsewhere.

import { make } from "/rehearsal/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const svg = document.getElementById("map");
const spot = document.getElementById("spot");
export const LETTERS = { red: "M", yellow: "K", green: "H" };
export const COLOURS = { red: "merah", yellow: "kuning", green: "hijau" };
export const STATES = { waiting: "menunggu", taken: "ditangani", arrived: "petugas tiba", referred: "dirujuk", closed: "selesai", cancelled: "batal" };
const SHAPES = { waiting: "M-11 0A11 11 0 1 0 11 0A11 11 0 1 0-11 0Z", taken: "M0-13L13 0L0 13L-13 0Z", arrived: "M-10-10H10V10H-10Z",
  referred: "M-10-10H10V10H-10Z", closed: "M-7 0A7 7 0 1 0 7 0A7 7 0 1 0-7 0Z", cancelled: "M-7 0A7 7 0 1 0 7 0A7 7 0 1 0-7 0Z" };
const SIGNS = { closed: "✓", cancelled: "✕", referred: "R" };
const BESIDE = 30; // pixels between the marks of cases at one place
const NEAR = 24; // pixels: who taps this near to a TPS means it
let city, whole, view, stations, marks, dots, unit = 1;
let aim = null, free = false; // the case that + and − keep in sight, until a finger has moved the map

function draw(tag, attributes, parent) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}

export const tpsName = (number) => `TPS ${String(number).padStart(3, "0")}`;

// `open` is told which case's mark was tapped.
export function drawCity(given, open) {
  city = given;
  city.open = open;
  stations = new Map(city.tps.map(([id, number, ward, x, y]) => [id, { id, number, ward: city.wards[ward], x, y }]));
  const xs = city.wards.flatMap((ward) => ward.border.map(([x]) => x));
  const ys = city.wards.flatMap((ward) => ward.border.map(([, y]) => y));
  const [left, top, edge] = [Math.min(...xs), Math.min(...ys), 250];
  whole = { x: left - edge, y: top - edge, w: Math.max(...xs) - left + 2 * edge, h: Math.max(...ys) - top + 2 * edge };
  const areas = [...new Set(city.wards.map((ward) => ward.kecamatan))];
  svg.replaceChildren();
  const ground = draw("g", { class: "ground" }, svg);
  for (const ward of city.wards) {
    draw("path", { class: `ward k${areas.indexOf(ward.kecamatan) % 5}`, d: `M${ward.border.map((at) => at.join(" ")).join("L")}Z` }, ground);
  }
  dots = draw("g", { class: "dots", "aria-hidden": "true" }, svg);
  for (const one of stations.values()) one.dot = draw("circle", { cx: one.x, cy: one.y, r: 55 }, dots);
  const centres = draw("g", { class: "centres" }, svg);
  for (const each of city.puskesmas) centre(each, centres);
  const names = draw("g", { class: "areas", "aria-hidden": "true" }, svg);
  for (const area of areas) areaName(area, names);
  marks = draw("g", { class: "marks" }, svg);
  look(whole);
  new ResizeObserver(() => look(view)).observe(svg);
}

function centre({ name, at: [x, y] }, parent) {
  const node = draw("g", { class: "fixed centre", "data-x": x, "data-y": y }, parent);
  draw("path", { d: "M-7-7H7V7H-7Z" }, node);
  draw("path", { class: "cross", d: "M-1.5-5H1.5V-1.5H5V1.5H1.5V5H-1.5V1.5H-5V-1.5H-1.5Z" }, node);
  draw("title", {}, node).textContent = `Puskesmas ${name}`;
}

function areaName(area, parent) {
  const wards = city.wards.filter((ward) => ward.kecamatan === area);
  const middle = (n) => wards.reduce((sum, ward) => sum + ward.middle[n], 0) / wards.length;
  const node = draw("g", { class: "fixed", "data-x": middle(0), "data-y": middle(1) }, parent);
  draw("text", {}, node).textContent = area;
}

// Show this part of the drawing. What is `fixed` keeps its size on the screen.
function look(part) {
  view = part;
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  svg.classList.toggle("near", view.w < whole.w);
  unit = Math.max(view.w / (svg.clientWidth || 400), view.h / (svg.clientHeight || 400));
  for (const dot of dots.children) dot.setAttribute("r", Math.max(38, 2.1 * unit));
  for (const node of svg.querySelectorAll(".fixed")) place(node);
}

function place(node) {
  node.setAttribute("transform", `translate(${across(node, unit)} ${node.dataset.y}) scale(${unit})`);
}

const across = (node, unit) => Number(node.dataset.x) + (node.dataset.beside || 0) * BESIDE * unit;

const within = (w) => Math.min(whole.w, Math.max(whole.w / 12, w));

function zoom(by, x = view.x + view.w / 2, y = view.y + view.h / 2) {
  const w = within(view.w * by);
  const h = w * whole.h / whole.w;
  look(inside({ x: x - w / 2, y: y - h / 2, w, h }));
}

function inside(part) {
  const keep = (at, size, from, all) => Math.min(Math.max(at, from), from + all - size);
  return { ...part, x: keep(part.x, part.w, whole.x, whole.w), y: keep(part.y, part.h, whole.y, whole.h) };
}

// The cases as marks: shape is the state, letter and colour the severity.
export function drawCases(cases, handed) {
  for (const one of stations.values()) one.dot.classList.toggle("handed", handed.includes(one.id));
  const before = new Map([...marks.children].map((node) => [node.dataset.id, node]));
  const [many, beside] = [new Map(), new Map()]; // the newest stands at the place itself, older ones beside it
  for (const each of cases) {
    const at = `${each.tps} ${each.kelurahan}`;
    beside.set(each, many.get(at) || 0);
    many.set(at, beside.get(each) + 1);
  }
  for (const each of [...cases].reverse()) { // the newest on top
    const station = where(each);
    if (!station) continue;
    const look = `${each.state} ${each.severity} ${each.tps} ${beside.get(each)}`;
    const known = before.get(String(each.id));
    before.delete(String(each.id));
    if (known?.dataset.look === look) continue;
    const node = mark(each, station, look, beside.get(each));
    if (known) known.replaceWith(node);
    else marks.append(node);
  }
  for (const gone of before.values()) gone.remove();
}

// Its TPS, or the middle of its kelurahan where no more is known.
function where(each) {
  const ward = city.wards.find((one) => one.id === each.kelurahan);
  return stations.get(each.tps) || (ward && { ward, x: ward.middle[0], y: ward.middle[1] });
}

const title = (station) => (station.number ? `${tpsName(station.number)} ` : "Kel. ") + station.ward.name;

function mark(each, station, look, beside) {
  const node = draw("g", { class: `fixed mark ${each.state} ${each.severity}`, "data-id": each.id, "data-look": look, "data-x": station.x, "data-y": station.y, "data-beside": beside,
    tabindex: 0, role: "button", "aria-label": `${each.number}, ${COLOURS[each.severity]}, ${STATES[each.state]}, ${title(station)}` });
  draw("circle", { class: "touch", r: 22 }, node);
  if (each.state === "waiting") draw("circle", { class: "pulse", r: 11 }, node);
  draw("path", { class: "shape", d: SHAPES[each.state] }, node);
  draw("text", { y: 4 }, node).textContent = SIGNS[each.state] || LETTERS[each.severity];
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    tell(station);
    [aim, free] = [each.id, false];
    city.open(each.id);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // the space bar would scroll
    node.dispatchEvent(new Event("click"));
  });
  place(node);
  return node;
}

function point(station) {
  for (const other of dots.querySelectorAll(".chosen")) other.classList.remove("chosen");
  station?.dot?.classList.add("chosen");
}

function tell(station) {
  point(station);
  const box = station.dot?.classList.contains("handed") ? " · kotak sudah diserahkan" : "";
  const tps = station.number ? `${tpsName(station.number)} · ` : "";
  spot.textContent = `${tps}Kel. ${station.ward.name} · Kec. ${station.ward.kecamatan}${box}`;
}

// Show where a case is, on the map brought into sight.
export function show(each) {
  const station = where(each);
  if (station) {
    tell(station);
    [aim, free] = [each.id, false];
    if (view.w < whole.w) zoom(1, station.x, station.y);
  } else {
    point(null);
    spot.textContent = `${each.number}: tempatnya belum diketahui, jadi belum ada di peta.`;
  }
  svg.parentElement.scrollIntoView({ behavior: "smooth", block: "nearest" });
}

export function legend(node) {
  const item = (look, sign, text) => {
    const row = make("li");
    const picture = draw("svg", { viewBox: "-14 -14 28 28", "aria-hidden": "true" });
    const [severity, state] = look.split(" ");
    const group = draw("g", { class: `mark ${look}` }, picture);
    draw("path", { class: "shape", d: SHAPES[state] }, group);
    draw("text", { y: 4 }, group).textContent = sign || LETTERS[severity];
    row.append(picture, text);
    return row;
  };
  node.replaceChildren(item("red waiting", "M", "menunggu"), item("red taken", "M", "ditangani"), item("red arrived", "M", "tiba"),
    item("green closed", "✓", "selesai"), make("li", "", "M merah · K kuning · H hijau"));
}

function nearest(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  let best = null, distance = NEAR * unit;
  for (const one of stations.values()) {
    const far = Math.hypot(one.x - at.x, one.y - at.y);
    if (far < distance) [best, distance] = [one, far];
  }
  return best;
}

// One finger or the mouse moves the map, two also draw it nearer or push it away: what lies under them stays there. The
// whole map cannot be moved; there a finger scrolls the page (town.css).
const fingers = new Map();
let held = null;

function grab(moved) {
  held = { ...grip(), view, unit, moved };
}

function grip() {
  const [first, second = first] = fingers.values();
  return { x: (first.x + second.x) / 2, y: (first.y + second.y) / 2, spread: Math.hypot(first.x - second.x, first.y - second.y) };
}

function release({ pointerId }) {
  if (fingers.delete(pointerId) && fingers.size) grab(true);
}

svg.addEventListener("pointerdown", (event) => {
  if (event.isPrimary) fingers.clear();
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  grab(fingers.size > 1);
});
svg.addEventListener("pointermove", (event) => {
  if (!fingers.has(event.pointerId)) return;
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  const now = grip();
  held.moved ||= Math.hypot(now.x - held.x, now.y - held.y) > 6;
  if (!held.moved) return;
  free = true;
  const w = within(held.view.w * (now.spread && held.spread ? held.spread / now.spread : 1));
  const [h, by, at] = [w * whole.h / whole.w, held.unit * w / held.view.w, svg.getBoundingClientRect()];
  const [left, top] = [at.x + at.width / 2, at.y + at.height / 2];
  const x = held.view.x + held.view.w / 2 + (held.x - left) * held.unit - (now.x - left) * by - w / 2;
  const y = held.view.y + held.view.h / 2 + (held.y - top) * held.unit - (now.y - top) * by - h / 2;
  look(inside({ x, y, w, h }));
});
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release);
svg.addEventListener("click", (event) => {
  const station = held?.moved ? null : nearest(event);
  if (station) tell(station);
});
// The mark that was gone to, or else the newest case that waits, is taken, has its helper there.
function aimed() {
  const known = aim === null ? null : marks.querySelector(`[data-id="${aim}"]`);
  const newest = (state) => [...marks.querySelectorAll(`.${state}`)].at(-1);
  return known || newest("waiting") || newest("taken") || newest("arrived");
}

for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => {
    if (view.w === whole.w) free = false;
    const by = button.dataset.zoom === "in" ? 0.5 : 2;
    const mark = free ? null : aimed();
    aim = mark ? mark.dataset.id : null;
    zoom(by, ...(mark ? [across(mark, unit * by), Number(mark.dataset.y)] : []));
    if (view.w === whole.w) aim = null; // the next + goes to what matters then
  });
}
