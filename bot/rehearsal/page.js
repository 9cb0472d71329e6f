// The phones on the page. Everything that comes from a chat goes in as text, never as markup.

import { whatsapp } from "/rehearsal/whatsapp.js";

const words = document.body.dataset;
const table = document.getElementById("table");
const tabs = document.getElementById("tabs");
const lost = document.getElementById("lost");
const phones = []; // in the order of the page
let zone, source, ahead = 0, format = {};

function make(tag, cls, text) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  if (tag === "button") node.type = "button";
  return node;
}

async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return answer.ok;
  } catch {
    return false; // nobody there: the bar above the phones says so
  }
}

// --- time

function setZone(given) {
  zone = given;
  const make = (options) => new Intl.DateTimeFormat("id-ID", { timeZone: zone.name, ...options });
  format = {
    short: make({ hour: "2-digit", minute: "2-digit" }),
    long: make({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    date: make({ weekday: "long", day: "numeric", month: "short" }),
    day: make({ weekday: "long", day: "numeric", month: "long" }),
  };
}

const now = () => performance.now() + ahead;

function showClock() {
  document.getElementById("time").textContent = format.long.format(now());
  document.getElementById("day").textContent = `${zone.label} · ${format.date.format(now())}`;
}

for (const button of document.querySelectorAll("[data-minutes]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await post("/rehearsal/clock", { minutes: Number(button.dataset.minutes) });
    } finally {
      button.disabled = false;
    }
  });
}

// --- words of a message

const WRAP = { head: "strong", bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "blockquote", spoiler: "span" };
const LIVE = /(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])|((?<![\w/<])\/[a-z_]+\b)/g;

function link(href, text) {
  const node = make("a", "", text);
  if (/^(https?|tel|tg):/.test(href)) node.href = href;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}

// A long address is shown short, as a map's is: the whole of it is in the link.
function short(address) {
  const bare = address.replace(/^https?:\/\/(www\.)?/, "");
  return bare.length > 42 ? `${bare.split("?", 1)[0].slice(0, 32)}…` : bare;
}

function plain(text, say) {
  const out = document.createDocumentFragment();
  let done = 0;
  for (const found of text.matchAll(LIVE)) {
    if (found[2] && !say) continue; // a command is nothing where nobody hears it
    out.append(text.slice(done, found.index));
    if (found[1]) {
      const node = link(found[1], short(found[1]));
      node.title = found[1];
      out.append(node);
    }
    else {
      const command = make("button", "command", found[0]);
      command.addEventListener("click", () => say(found[0]));
      out.append(command);
    }
    done = found.index + found[0].length;
  }
  out.append(text.slice(done));
  return out;
}

function dressed(text, entities, say) {
  const out = document.createDocumentFragment();
  const known = (entities || []).filter((one) => one.type in WRAP || one.type === "text_link");
  const edges = new Set([0, text.length]);
  for (const one of known) edges.add(one.offset).add(one.offset + one.length);
  const cuts = [...edges].sort((a, b) => a - b);
  for (let i = 0; i + 1 < cuts.length; i++) {
    const piece = text.slice(cuts[i], cuts[i + 1]);
    const over = known.filter((one) => one.offset <= cuts[i] && one.offset + one.length >= cuts[i + 1]);
    const href = over.find((one) => one.type === "text_link");
    let node = href ? link(href.url, piece) : plain(piece, say);
    for (const one of over.filter((each) => each.type in WRAP)) {
      const around = make(WRAP[one.type]);
      around.append(node);
      node = around;
    }
    out.append(node);
  }
  return out;
}

// The head of a grave message: up to the case's number and what it is, or else its first sentence.
function head(text) {
  const line = text.split("\n", 1)[0];
  const found = /^.*?[A-Z]-\d{2,}(:.*)?/u.exec(/^(🔴|🟡|🟢|🚨)/u.test(line) ? line : "") || /^.*?[.!?](?=\s|$)/u.exec(line);
  return { type: "head", offset: 0, length: (found ? found[0] : line).length };
}

// How grave a message of the bot looks, by the signs with which an alert begins; "over": no longer waiting for anybody; "call": to be telephoned.
const OVER = /^(✅|❌|Keadaan: (?!menunggu))/mu;

function gravity(message) {
  if (message.mine) return "";
  const text = message.text || message.caption || "";
  const start = text.split("\n").slice(0, 4).join("\n");
  const level = /^(🔴|🚨)/mu.test(start) ? "red" : /^🟡/mu.test(start) ? "yellow" : /^🟢/mu.test(start) ? "green" : "";
  if (level) return OVER.test(text) ? `${level} over` : level;
  return /^(📞|⚠️)/u.test(start) ? "red call" : "";
}

// --- one phone

class Phone {
  get template() { return "phone"; }
  get hello() { return "/start"; }

  constructor(member, index) {
    this.node = document.getElementById(this.template).content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.node.querySelector(selector);
    this.tab = make("button");
    this.index = index;
    this.listen();
    this.give(member);
  }

  give(member) {
    this.member = member;
    this.messages = new Map();
    this.ready = false;
    const names = member.name.split(/[\s,]+/).filter((part) => part && !part.includes(".")); // without titles
    const initials = names.slice(0, 2).map((part) => part[0] || "").join("");
    this.find(".face").textContent = initials.toUpperCase();
    this.find(".face").className = `face t${this.index}`;
    this.find("h2").textContent = member.name;
    this.find("h2").title = member.name;
    this.find(".names p").textContent = member.role;
    this.find(".names p").title = `${member.role} · ${member.phone}`;
    this.node.setAttribute("aria-label", member.name);
    this.tab.textContent = names[0] || member.name;
    this.find(".log").replaceChildren();
  }

  listen() {
    this.act = async (act, more) => {
      const went = await post("/rehearsal/act", { who: this.member.chat, act, ...more });
      if (!went) this.toast(words.failed, false);
      return went;
    };
    this.say = (text) => this.act("say", { text });
    this.find(".start button").addEventListener("click", () => this.say(this.hello));
    this.find(".stopped button").addEventListener("click", () => this.act("unblock"));
    this.find(".swap").addEventListener("click", () => pick(this));
    this.find(".toast button").addEventListener("click", () => { this.find(".toast").hidden = true; });
    this.find(".compose").addEventListener("submit", (event) => {
      event.preventDefault();
      const field = this.find("input");
      const text = field.value.trim();
      field.value = "";
      if (text) this.say(text);
    });
    for (const button of this.node.querySelectorAll("menu button")) {
      button.addEventListener("click", () => {
        this.find(".more").open = false;
        const other = this.other();
        const act = button.dataset.act;
        if (act === "other") this.act("contact", { owner: other });
        else this.act(act);
      });
    }
    const log = this.find(".log");
    this.atEnd = true;
    log.addEventListener("scroll", () => { this.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120; });
    new ResizeObserver(() => this.follow()).observe(log);
    log.addEventListener("load", () => this.follow(), true); // a photo that came late
    log.addEventListener("focusin", () => this.seen());
    this.node.addEventListener("pointerdown", () => this.seen());
    this.tab.addEventListener("click", () => table.scrollTo({ left: this.node.offsetLeft, behavior: "smooth" }));
  }

  // Whose card is shared: that of the next phone with the same app.
  other() {
    const around = [...phones.slice(this.index + 1), ...phones.slice(0, this.index)];
    return (around.find((phone) => phone.constructor === this.constructor) || this).member.chat;
  }

  seen() {
    this.node.classList.remove("alarm");
    this.tab.classList.remove("new", "red");
  }

  // Whoever reads the end goes on seeing it.
  follow(anyway) {
    const log = this.find(".log");
    if (this.atEnd || anyway) log.scrollTop = log.scrollHeight;
  }

  // A message is keyed by its id: an edit takes the place of what stood there.
  show(message) {
    const log = this.find(".log");
    const before = this.messages.get(message.message_id);
    const node = this.render(message);
    if (before) before.replaceWith(node);
    else {
      this.showDay(message, log);
      log.append(node);
    }
    this.messages.set(message.message_id, node);
    this.find(".start").hidden = true;
    this.follow((message.mine && !before) || !this.ready);
    if (this.ready && !message.mine && !before) this.ring(gravity(message) === "red" ? "red" : "");
  }

  ring(level) {
    if (level === "red") {
      this.node.classList.remove("alarm");
      void this.node.offsetWidth; // so that the second alarm moves again
      this.node.classList.add("alarm");
    }
    if (this.tab.classList.contains("here")) return;
    this.tab.classList.add("new");
    this.tab.classList.toggle("red", level === "red" || this.tab.classList.contains("red"));
  }

  showDay(message, log) {
    const day = format.day.format(message.date * 1000);
    if (this.day === day && log.childElementCount) return;
    this.day = day;
    log.append(make("li", "day", day));
  }

  render(message) {
    const node = make("li", `said ${message.mine ? "mine" : ""} ${gravity(message)}`);
    const bubble = make("div", "bubble");
    if (message.reply) bubble.append(make("div", "reply", message.reply));
    for (const part of this.parts(message)) bubble.append(part);
    const time = format.short.format(message.date * 1000);
    const stamp = make("span", "stamp", message.edited ? `${words.edited} ${time}` : time);
    (bubble.querySelector(".words") || bubble).append(stamp); // beside the last line of the words
    node.append(bubble);
    message.buttons.forEach((row, at) => node.append(this.row(row, at, message.message_id)));
    return node;
  }

  *parts(message) {
    if (message.photo) {
      const image = make("img");
      image.src = `/rehearsal/file/${encodeURIComponent(message.photo)}`;
      image.alt = words.photo;
      yield image;
    }
    if (message.voice) yield this.voice(message.voice);
    if (message.contact) yield card("👤", [message.contact.first_name, message.contact.last_name].filter(Boolean).join(" "), `+${message.contact.phone_number}`);
    if (message.location) yield card("📍", words.place, `${message.location.latitude.toFixed(5)}, ${message.location.longitude.toFixed(5)}`);
    if (message.document) yield card("📄", message.document.file_name || "", "");
    const text = message.text ?? message.caption;
    if (text) {
      const said = make("div", "words");
      const given = message.entities || message.caption_entities || [];
      said.append(dressed(text, gravity(message) ? [head(text), ...given] : given, this.say));
      yield said;
    }
  }

  voice(voice) {
    const node = make("div", "card");
    const play = make("button", "", "▶");
    play.setAttribute("aria-label", words.voice);
    play.addEventListener("click", () => new Audio(`/rehearsal/file/${encodeURIComponent(voice.file_id)}`).play());
    node.append(play, make("span", "", `0:0${voice.duration}`));
    return node;
  }

  // The button that was pressed looks so until the bot has answered.
  async press(node, messageId, more) {
    node.classList.add("busy");
    setTimeout(() => node.classList.remove("busy"), messageId ? 8000 : 300);
    const went = await this.act("press", { message_id: messageId, ...more });
    if (!went) node.classList.remove("busy");
  }

  row(buttons, at, messageId) {
    const row = make("div", "row");
    buttons.forEach((button, column) => {
      if (button.url) return row.append(link(button.url, button.text));
      const node = make("button", !messageId && /darurat/i.test(button.text) ? "urgent" : "", button.text);
      node.addEventListener("click", () => this.press(node, messageId, { row: at, column, text: button.text }));
      row.append(node);
    });
    return row;
  }

  keyboard(rows) {
    const keys = this.find(".keys");
    keys.hidden = !rows.length;
    keys.replaceChildren(...rows.map((row, at) => this.row(row, at, 0)));
    this.follow();
  }

  blocked(blocked) {
    this.find(".stopped").hidden = !blocked;
    this.find(".compose").hidden = blocked;
    this.find(".keys").hidden = blocked || !this.find(".keys").childElementCount;
  }

  toast(text, alert) {
    for (const busy of this.node.querySelectorAll(".busy")) busy.classList.remove("busy");
    if (!text) return;
    const toast = this.find(".toast");
    toast.hidden = false;
    toast.classList.toggle("alert", alert);
    toast.firstElementChild.textContent = text;
    clearTimeout(this.fading);
    if (!alert) this.fading = setTimeout(() => { toast.hidden = true; }, 4000);
  }

  remove(messageId) {
    this.messages.get(messageId)?.remove();
    this.messages.delete(messageId);
  }

  screen(data) {
    this.ready = false;
    this.messages.clear();
    this.find(".log").replaceChildren();
    this.find(".start").hidden = data.messages.length > 0 || data.blocked;
    for (const message of data.messages) this.show(message);
    this.keyboard(data.rows);
    this.blocked(data.blocked);
    this.follow(true);
    this.ready = true;
  }
}

function card(sign, title, detail) {
  const node = make("div", "card");
  const lines = make("div");
  lines.append(make("b", "", title), make("span", "", detail));
  node.append(make("i", "", sign), lines);
  return node;
}

const WhatsApp = whatsapp(Phone, { make, link, card, words, plain, format: () => format });
const APPS = { telegram: Phone, whatsapp: WhatsApp };

// --- somebody else's phone

const picker = document.getElementById("picker");
const query = picker.querySelector("input");
let asking, picking;

function pick(phone) {
  picking = phone;
  query.value = "";
  search();
  picker.showModal();
}

async function search() {
  const found = await (await fetch(`/rehearsal/people?q=${encodeURIComponent(query.value)}`)).json();
  const shown = new Set(phones.map((phone) => phone.member.chat));
  const items = found.filter((member) => !shown.has(member.chat)).map((member) => {
    const item = make("li");
    const button = make("button", "", `${member.name} · ${member.phone}`);
    button.append(make("span", "", member.role));
    button.addEventListener("click", () => {
      picker.close();
      take(picking, member);
      connect();
    });
    item.append(button);
    return item;
  });
  picker.querySelector("ul").replaceChildren(...(items.length ? items : [make("li", "none", words.none)]));
}

// The place on the table is kept; where the new person has the other app, it gets the other phone.
function take(phone, member) {
  if (phone instanceof WhatsApp === (member.kind === "whatsapp")) return phone.give(member);
  const other = new APPS[member.kind](member, phone.index);
  phones[phone.index] = other;
  inSight.unobserve(phone.node);
  phone.node.replaceWith(other.node);
  phone.tab.replaceWith(other.tab);
  inSight.observe(other.node);
}

query.addEventListener("input", () => {
  clearTimeout(asking);
  asking = setTimeout(search, 200);
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
    ahead = JSON.parse(event.data).now - performance.now();
    showClock();
  });
  source.addEventListener("open", () => { lost.hidden = true; });
  source.addEventListener("error", () => {
    lost.hidden = false;
    lost.textContent = words.lost;
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
}

const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const phone = phones.find((one) => one.node === entry.target);
    phone.tab.classList.toggle("here", entry.isIntersecting);
    if (entry.isIntersecting) phone.tab.classList.remove("new", "red");
  }
}, { root: table, threshold: 0.6 });

const given = await (await fetch("/rehearsal/phones")).json();
setZone(given.zone);
given.cast.forEach((member, index) => {
  const phone = new APPS[member.kind](member, index);
  phones.push(phone);
  table.append(phone.node);
  tabs.append(phone.tab);
  inSight.observe(phone.node);
});
connect();
setInterval(showClock, 1000);
document.addEventListener("pointerdown", (event) => {
  for (const open of document.querySelectorAll(".more[open]")) if (!open.contains(event.target)) open.open = false;
});
