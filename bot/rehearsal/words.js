// The words of a message. Everything that comes from a chat goes in as text, never as markup.

import { make } from "/rehearsal/dom.js";

const WRAP = { head: "strong", bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "blockquote", spoiler: "span" };
const LIVE = /(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])|((?<![\w/<])\/[a-z_]+\b)/g;

export function link(href, text) {
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

export function plain(text, say) {
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

export function dressed(text, entities, say) {
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
export function head(text) {
  const line = text.split("\n", 1)[0];
  const found = /^.*?[A-Z]-\d{2,}(:.*)?/u.exec(/^(🔴|🟡|🟢|🚨)/u.test(line) ? line : "") || /^.*?[.!?](?=\s|$)/u.exec(line);
  return { type: "head", offset: 0, length: (found ? found[0] : line).length };
}

// How grave a message of the bot looks, by the signs with which an alert begins; "over": no longer waiting for anybody; "call": to be telephoned.
const OVER = /^(✅|❌|Keadaan: (?!menunggu))/mu;

export function gravity(message) {
  if (message.mine) return "";
  const text = message.text || message.caption || "";
  const start = text.split("\n").slice(0, 4).join("\n");
  const level = /^(🔴|🚨)/mu.test(start) ? "red" : /^🟡/mu.test(start) ? "yellow" : /^🟢/mu.test(start) ? "green" : "";
  if (level) return OVER.test(text) ? `${level} over` : level;
  return /^(📞|⚠️)/u.test(start) ? "red call" : "";
}
