// Whose phone is taken up: anybody of the city, on Telegram or on WhatsApp.

import { make, words } from "/rehearsal/dom.js";
import { APP_NAMES } from "/rehearsal/phone.js";

const dialog = document.getElementById("picker");
const query = dialog.querySelector("input");
const list = dialog.querySelector("ul");
let waiting, chosen, shown;

// `onTable`: the chats that lie there already. `take` gets the member that was chosen.
export function pick(onTable, take) {
  [shown, chosen] = [onTable, take];
  query.value = "";
  search();
  dialog.showModal();
  query.focus();
}

async function search() {
  const asked = query.value;
  const found = await fetch(`/rehearsal/people?q=${encodeURIComponent(asked)}`).then((answer) => answer.json()).catch(() => null);
  if (asked !== query.value) return; // he wrote on meanwhile
  const rows = found?.people.map(row) ?? [];
  if (!rows.length) rows.push(make("li", "none", found ? words.none : words.away));
  if (found?.more) rows.push(make("li", "none", words.more.replace("{n}", found.more.toLocaleString("id-ID"))));
  list.replaceChildren(...rows);
}

function row(member) {
  const item = make("li");
  const about = make("div");
  about.append(make("b", "", member.name), make("span", "", [member.role, member.phone].filter(Boolean).join(" · ")));
  item.append(about, ...Object.entries(member.chats).map(([kind, chat]) => button(member, kind, chat)));
  return item;
}

function button(member, kind, chat) {
  const there = shown.has(chat);
  const node = make("button", kind, there ? `${APP_NAMES[kind]} ✓` : APP_NAMES[kind]);
  node.disabled = there;
  node.setAttribute("aria-label", `Angkat ${member.name} di ${APP_NAMES[kind]}`);
  node.addEventListener("click", () => {
    dialog.close();
    chosen({ ...member, kind, chat });
  });
  return node;
}

query.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, 150);
});
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault(); // it would close the dialog
});
