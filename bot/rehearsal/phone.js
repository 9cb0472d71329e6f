// One phone on the page: what stands on its screen, what is done with it.

import { clock, make, post, words } from "/rehearsal/dom.js";
import { dressed, gravity, head, link } from "/rehearsal/words.js";

export const phones = []; // in the order of the page
export const APP_NAMES = { telegram: "Telegram", whatsapp: "WhatsApp" };
const FLASH = 700; // milliseconds in which the story's hand is seen on a button

export class Phone {
  get hello() { return "/start"; }

  dress() {} // what another app has otherwise

  // `table` is told what is to be done with the whole phone: swap, putAway, bring.
  constructor(member, index, table) {
    this.node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.dress();
    this.find = (selector) => this.node.querySelector(selector);
    this.tab = make("button");
    this.index = index;
    this.table = table;
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
    const [first, role] = [names[0] || member.name, member.role.split(/[ ,]/)[0]];
    this.titles = [first, `${first} · ${role}`, `${member.name} · ${APP_NAMES[member.kind]}`];
    this.find(".start button").textContent = this.hello;
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
    this.find(".swap").addEventListener("click", () => this.table.swap(this));
    this.find(".away").addEventListener("click", () => this.table.putAway(this));
    this.find(".toast button").addEventListener("click", () => { this.find(".toast").hidden = true; });
    this.find(".compose").addEventListener("submit", (event) => {
      event.preventDefault();
      this.sends(this.find("input"));
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
    const keys = this.find(".keys");
    keys.addEventListener("scroll", () => this.fade());
    new ResizeObserver(() => this.fade()).observe(keys);
    log.addEventListener("load", () => this.follow(), true); // a photo that came late
    log.addEventListener("focusin", () => this.seen());
    this.node.addEventListener("pointerdown", () => this.seen());
    this.tab.addEventListener("click", () => this.bring());
  }

  // What was written stays in its field until it has gone.
  async sends(field) {
    const text = field.value.trim();
    if (!text || field.readOnly) return;
    field.readOnly = true;
    if (await this.say(text)) field.value = "";
    field.readOnly = false;
  }

  // To be seen, with as little moving as there need be.
  bring(block = "nearest") {
    this.node.scrollIntoView({ behavior: "smooth", inline: block, block: "nearest" });
  }

  // The story's hand is here, about to tap this.
  hand(label) {
    for (const other of phones) other.node.classList.toggle("hand", other === this);
    const found = [...this.node.querySelectorAll(".log button, .keys button")].filter((one) => label && one.textContent.includes(label));
    const button = found.at(-1);
    if (!button) return;
    if (button.closest(".keys")) this.scrollKeysTo(button);
    button.classList.add("tapped");
    setTimeout(() => button.classList.remove("tapped"), FLASH);
  }

  scrollKeysTo(button) {
    const keys = this.find(".keys");
    const [all, one] = [keys.getBoundingClientRect(), button.getBoundingClientRect()];
    keys.scrollTop += one.top + one.height / 2 - all.top - all.height / 2;
  }

  // Somebody writes here: the table is not moved away from it.
  written() {
    const field = this.find(".compose input");
    return this.tab.classList.contains("here") && (field === document.activeElement || field.value.trim() !== "");
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

  tick() {
    this.find(".hour").textContent = clock.format.short.format(clock.now());
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
    const focused = before?.contains(document.activeElement);
    if (before) before.replaceWith(node);
    else {
      this.showDay(message, log);
      log.append(node);
    }
    if (focused) rest(node);
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
    this.mark(level === "red");
  }

  // Its tab tells that something happened where nobody looks.
  mark(red = false) {
    if (this.tab.classList.contains("here")) return;
    this.tab.classList.add("new");
    if (red) this.tab.classList.add("red");
  }

  showDay(message, log) {
    const day = clock.format.day.format(message.date * 1000);
    if (this.day === day && log.childElementCount) return;
    this.day = day;
    log.append(make("li", "day", day));
  }

  render(message) {
    const node = make("li", `said ${message.mine ? "mine" : ""} ${gravity(message)}`);
    const bubble = make("div", "bubble");
    if (message.reply) bubble.append(make("div", "reply", message.reply));
    for (const part of this.parts(message)) bubble.append(part);
    const time = clock.format.short.format(message.date * 1000);
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
    const focused = keys.contains(document.activeElement);
    keys.hidden = !rows.length;
    keys.replaceChildren(...rows.map((row, at) => this.row(row, at, 0)));
    if (focused) rest(rows.length ? keys : this.find("input"));
    this.fade();
    this.follow();
  }

  // Where keys lie below what is seen of them, they fade there.
  fade() {
    const keys = this.find(".keys");
    keys.classList.toggle("below", keys.scrollHeight - keys.scrollTop - keys.clientHeight > 8);
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
    const log = this.find(".log");
    const [fresh, atEnd, top] = [!this.ready, this.atEnd, log.scrollTop];
    this.ready = false;
    this.messages.clear();
    log.replaceChildren();
    this.find(".start").hidden = data.messages.length > 0 || data.blocked;
    for (const message of data.messages) this.show(message);
    this.keyboard(data.rows);
    this.blocked(data.blocked);
    if (fresh || atEnd) this.follow(true);
    else log.scrollTop = top; // only the connection is new
    this.ready = true;
  }
}

// Where the focus stays when what had it was exchanged: not on a button, which the next Enter would press unread.
function rest(node) {
  if (node.tabIndex < 0) node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

export function card(sign, title, detail) {
  const node = make("div", "card");
  const lines = make("div");
  lines.append(make("b", "", title), make("span", "", detail));
  node.append(make("i", "", sign), lines);
  return node;
}
