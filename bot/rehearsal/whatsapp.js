// A phone that shows WhatsApp: ticks, its own marks in words, reply buttons under the bubble, lists in a sheet.

import { clock, make, words } from "/rehearsal/dom.js";
import { Phone } from "/rehearsal/phone.js";
import { link, plain } from "/rehearsal/words.js";

const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓" };
const MARKS = [["```", "code"], ["*", "b"], ["_", "i"], ["~", "s"]];

// *bold*, _italic_, ~struck~ and ```typed```, where the marks stand at the edges of words.
function dressed(text) {
  for (const [mark, tag] of MARKS) {
    const sign = mark.replace("*", "\\*");
    const found = new RegExp(`(?<![\\p{L}\\p{N}])${sign}(?=\\S)([^\\n]+?)(?<=\\S)${sign}(?![\\p{L}\\p{N}])`, "u").exec(text);
    if (!found) continue;
    const out = document.createDocumentFragment();
    const inner = make(tag);
    inner.append(tag === "code" ? found[1] : dressed(found[1]));
    out.append(dressed(text.slice(0, found.index)), inner, dressed(text.slice(found.index + found[0].length)));
    return out;
  }
  return plain(text);
}

export class WhatsApp extends Phone {
  get hello() { return "Halo"; }

  // The other header, a sheet for lists, other words for being away.
  dress() {
    this.node.classList.add("whatsapp");
    this.node.querySelector(".chat").append(document.getElementById("sheet").content.firstElementChild.cloneNode(true));
    this.node.querySelector(".peer p").textContent = words.business;
    this.node.querySelector(".stopped span").textContent = words.off;
    this.node.querySelector(".stopped button").textContent = words.on;
    this.node.querySelector("[data-act=block]").textContent = words.turnOff;
    this.node.querySelector("[data-act=stop]").parentElement.hidden = false;
  }

  listen() {
    super.listen();
    this.sheet = this.find(".sheet");
    this.sheet.querySelector("header button").addEventListener("click", () => this.closeSheet());
    this.node.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closeSheet(); });
  }

  render(message) {
    const node = make("li", `said ${message.mine ? "mine" : ""}`);
    const bubble = make("div", "bubble");
    if (message.reply) bubble.append(this.quoted(message.reply));
    for (const part of this.parts(message)) bubble.append(part);
    const last = message.footer ? make("div", "foot", message.footer) : bubble;
    if (last !== bubble) bubble.append(last);
    last.append(this.stamp(message)); // beside the last line
    node.append(bubble);
    if (message.reactions.length) bubble.append(make("span", "reactions", message.reactions.join(" ")));
    for (const [button] of message.buttons) bubble.append(this.reply(button, message.message_id));
    if (message.list) bubble.append(this.opener(message));
    return node;
  }

  quoted(text) {
    const node = make("div", "reply");
    node.append(dressed(text));
    return node;
  }

  *parts(message) {
    if (message.header) yield make("div", "head", message.header);
    const { text, ...rest } = message;
    yield* super.parts(rest);
    if (!text) return;
    const said = make("div", "words");
    said.append(dressed(text));
    yield said;
  }

  stamp(message) {
    const stamp = make("span", "stamp", clock.format.short.format(message.date * 1000));
    if (!message.mine || !(message.status in TICKS)) return stamp;
    const ticks = make("span", `ticks ${message.status}`, TICKS[message.status]);
    ticks.setAttribute("aria-label", words[message.status]);
    ticks.setAttribute("role", "img");
    stamp.append(ticks);
    return stamp;
  }

  reply(button, messageId) {
    if (button.url) {
      const node = link(button.url, button.text);
      node.className = "answer out";
      return node;
    }
    const node = make("button", "answer", button.text);
    node.addEventListener("click", () => this.press(node, messageId, { text: button.text }));
    return node;
  }

  opener(message) {
    const node = make("button", "answer opens", message.list.button);
    node.setAttribute("aria-haspopup", "dialog");
    node.addEventListener("click", () => this.openSheet(message, node));
    return node;
  }

  openSheet(message, from) {
    this.sheet.querySelector("h3").textContent = message.list.button;
    this.sheet.setAttribute("aria-label", message.list.button);
    const choices = this.sheet.querySelector(".choices");
    choices.replaceChildren(...message.list.sections.flatMap((section) => this.section(section, message.message_id)));
    this.from = from;
    this.sheet.hidden = false;
    choices.querySelector("button")?.focus();
  }

  section(section, messageId) {
    const title = section.title ? [make("h4", "", section.title)] : [];
    return [...title, ...section.rows.map((row) => {
      const node = make("button", "choice");
      node.append(make("b", "", row.title));
      if (row.description) node.append(make("span", "", row.description));
      node.addEventListener("click", () => {
        this.closeSheet();
        this.press(this.from, messageId, { text: row.title });
      });
      return node;
    })];
  }

  closeSheet() {
    if (this.sheet.hidden) return;
    this.sheet.hidden = true;
    this.from?.focus();
  }

  // WhatsApp acknowledges no tap: what was pressed is at rest once it stands in the chat.
  show(message) {
    super.show(message);
    if (message.mine) this.toast("");
  }

  keyboard() {} // WhatsApp has none

  blocked(off) {
    this.find(".stopped").hidden = !off;
    this.find(".compose").hidden = off;
    this.node.classList.toggle("off", off);
  }
}
