// The page: which phones lie on the table, what comes from the server, the clock in the header.

import { clock, flash, kept, make, post, say, small, words } from "/rehearsal/dom.js";
import { drawStand, open, tick } from "/rehearsal/cases.js";
import { drawCases, drawCity, legend } from "/rehearsal/map.js";
import { Phone, phones } from "/rehearsal/phone.js";
import { pick } from "/rehearsal/picker.js";
import { told } from "/rehearsal/story.js";
import { WhatsApp } from "/rehearsal/whatsapp.js";

const APPS = { telegram: Phone, whatsapp: WhatsApp };
const KEPT = "siaga.table";
const MOST = 24;
const table = document.getElementById("table");
const tabs = document.getElementById("tabs");
const hint = document.getElementById("hint");
const next = document.querySelector("[data-next]");
const slot = document.getElementById("slot");
let source, given, city, planned;

// --- the table

const place = {
  swap(phone) {
    pick(onTable(), (member) => {
      exchange(phone, member);
      settle();
    });
  },
  putAway(phone) {
    remove(phone);
    settle();
  },
};

const onTable = () => new Set(phones.map((phone) => phone.member.chat));

function lay(member) {
  const phone = new APPS[member.kind](member, phones.length, place);
  phones.push(phone);
  slot.before(phone.node);
  slotTab.before(phone.tab);
  inSight.observe(phone.node);
  return phone;
}

function remove(phone) {
  inSight.unobserve(phone.node);
  phone.node.remove();
  phone.tab.remove();
  phones.splice(phones.indexOf(phone), 1);
}

// The place on the table is kept; where the new person has the other app, it gets the other phone.
function exchange(phone, member) {
  const other = new APPS[member.kind](member, phone.index, place);
  phones[phone.index] = other;
  inSight.unobserve(phone.node);
  phone.node.replaceWith(other.node);
  phone.tab.replaceWith(other.tab);
  inSight.observe(other.node);
}

function takeUp() {
  if (phones.length >= MOST) return flash(words.full);
  pick(onTable(), (member) => {
    const phone = lay(member);
    settle();
    requestAnimationFrame(() => phone.bring());
  });
}

// A tab has the first name alone, or the first title that no other phone has.
function nameTabs() {
  for (const { tab, titles } of phones) {
    const only = (title, at) => phones.filter((phone) => phone.titles[at] === title).length === 1;
    tab.textContent = titles.find(only) || titles.at(-1);
  }
}

// What lies there now is kept over a reload, and listened to.
function settle() {
  nameTabs();
  phones.forEach((phone, index) => { phone.index = index; });
  kept.set(KEPT, { town: given.town, phones: phones.map(({ member }) => `${member.kind}.${member.user_id}`) });
  connect();
}

function layAll(members) {
  for (const phone of [...phones]) remove(phone);
  for (const member of members) lay(member);
  nameTabs();
}

// The story's cast: who is missing is laid beside the others; where the table is full, the last of those make room.
function layCast(members) {
  const [there, cast] = [onTable(), new Set(members.map((member) => member.chat))];
  const missing = members.filter((member) => !there.has(member.chat));
  const others = phones.filter((phone) => !cast.has(phone.member.chat));
  const much = Math.max(0, phones.length + missing.length - MOST);
  for (const phone of others.slice(others.length - much)) remove(phone);
  for (const member of missing) lay(member);
  if (missing.length) settle();
}

let wanted = null; // what a visitor asked for last

function tab(text, target) {
  const node = make("button", "", text);
  node.addEventListener("click", () => {
    wanted = target;
    target.scrollIntoView({ behavior: "smooth", inline: "nearest", block: "nearest" });
  });
  return node;
}

slot.querySelector(".pick").addEventListener("click", takeUp);
slot.querySelector(".again").addEventListener("click", () => {
  layAll(given.cast);
  settle();
});

// --- what happens

const REACT = {
  screen: (phone, data) => phone.screen(data),
  message: (phone, data) => phone.show(data.message),
  removed: (phone, data) => phone.remove(data.message_id),
  keyboard: (phone, data) => phone.keyboard(data.rows),
  blocked: (phone, data) => phone.blocked(data.blocked),
  toast: (phone, data) => phone.toast(data.text, data.alert),
};

// Whether there is a server. Without it nothing goes on, and nothing looks as if it did.
function there(is) {
  say(is ? "" : words.lost);
  document.body.classList.toggle("cut", !is);
}

function connect() {
  source?.close();
  source = new EventSource(`/rehearsal/events?phones=${phones.map((phone) => phone.member.chat).join(",")}`);
  for (const [kind, react] of Object.entries(REACT)) {
    source.addEventListener(kind, (event) => {
      const data = JSON.parse(event.data);
      const phone = phones.find((one) => one.member.chat === data.chat);
      if (phone) react(phone, data);
    });
  }
  source.addEventListener("clock", (event) => {
    clock.set(JSON.parse(event.data).now);
    showClock();
  });
  source.addEventListener("city", (event) => {
    const stand = JSON.parse(event.data);
    if (!city) return;
    drawCases(stand.cases, stand.handed);
    drawStand(stand);
    [planned, next.disabled] = [stand.next, !stand.next];
    if (stand.cases.length) begun();
    townTab.classList.toggle("red", stand.cases.some((each) => each.state === "waiting"));
  });
  source.addEventListener("story", (event) => {
    const story = JSON.parse(event.data);
    told(story, layCast);
    if (story.state === "playing") begun();
  });
  source.addEventListener("open", () => there(true));
  source.addEventListener("error", () => {
    there(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
}

// --- the header

function showClock() {
  document.getElementById("time").textContent = clock.format.long.format(clock.now());
  document.getElementById("day").textContent = `${clock.zone.label} · ${clock.format.date.format(clock.now())}`;
  for (const phone of phones) phone.tick();
  tick();
}

for (const button of document.querySelectorAll(".moves button")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const by = button === next ? { next: true } : { minutes: Number(button.dataset.minutes) };
      if (!await post("/rehearsal/clock", by)) flash(words.failed);
    } finally {
      button.disabled = button === next && !planned;
    }
  });
}

// Whoever has begun needs no hint.
function begun() {
  if (hint.hidden) return;
  hint.hidden = true;
  kept.set("siaga.hint", "seen");
}

hint.querySelector("button").addEventListener("click", begun);

// --- the beginning

// The tab of what is shown comes into the middle of the strip.
function follow(mine) {
  const middle = (node) => {
    const at = node.getBoundingClientRect();
    return { left: at.left + at.width / 2, top: at.top + at.height / 2 };
  };
  const [all, one] = [middle(tabs), middle(mine)];
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  tabs.scrollBy({ left: one.left - all.left, top: one.top - all.top, behavior });
}

const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const phone = phones.find((one) => one.node === entry.target);
    const mine = phone?.tab || (entry.target === slot ? slotTab : townTab);
    mine.classList.toggle("here", entry.isIntersecting);
    if (entry.isIntersecting) follow(mine);
    if (entry.isIntersecting && phone) mine.classList.remove("new", "red");
  }
}, { threshold: 0.6 });

const town = document.getElementById("town");
const [townTab, slotTab] = [tab("Kota", town), tab("+", slot)];
townTab.className = "town-tab";
slotTab.setAttribute("aria-label", "Angkat ponsel");
tabs.append(townTab, slotTab);
inSight.observe(town);
inSight.observe(slot);

const saved = kept.get(KEPT);
const held = (saved?.phones || []).join(",");
[given, city] = await Promise.all(
  [`phones?held=${held}`, "city"].map(async (path) => (await fetch(`/rehearsal/${path}`)).json()),
);
clock.setZone(given.zone);
layAll(saved && saved.town === given.town && given.held.length ? given.held : given.cast);
townTab.hidden = town.hidden = next.hidden = !city;
document.body.classList.toggle("alone", !city);
hint.hidden = !city || kept.get("siaga.hint") === "seen";
if (city) {
  drawCity(city, open);
  legend(document.getElementById("legend"));
}
if (small.matches) (wanted ?? phones[0]?.node)?.scrollIntoView({ inline: "start", block: "nearest" });
connect();
setInterval(() => { if (!document.body.classList.contains("cut")) showClock(); }, 1000);
document.addEventListener("pointerdown", (event) => {
  for (const opened of document.querySelectorAll(".more[open]")) if (!opened.contains(event.target)) opened.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const opened of document.querySelectorAll(".more[open]")) {
    if (opened.contains(document.activeElement)) opened.firstElementChild.focus();
    opened.open = false;
  }
});
