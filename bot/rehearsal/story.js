// Sehari di TPS: its buttons, its caption, whose hand moves.

import { flash, post, small, words } from "/rehearsal/dom.js";
import { phones } from "/rehearsal/phone.js";

const bar = document.getElementById("story");
const caption = bar.querySelector(".caption");
const speed = bar.querySelector("select");
const progress = bar.querySelector("progress");
const button = (what) => bar.querySelector(`[data-do=${what}]`);
const [PLAY, FIRST] = [button("play").innerHTML, caption.textContent];
const ON = '<span aria-hidden="true">▶</span> Lanjut';
let last = "";

async function ask(what) {
  if (!await post("/rehearsal/story", { do: what, speed: Number(speed.value) })) flash(words.failed);
}

for (const one of bar.querySelectorAll("[data-do]")) one.addEventListener("click", () => ask(one.dataset.do));
speed.addEventListener("change", () => {
  if (last === "playing") ask("play");
  if (last === "paused") ask("pause"); // it stays so, at another speed
});

// `lay` puts the phones of its cast on the table.
export function told(story, lay) {
  bar.hidden = false;
  const on = story.state === "playing" || story.state === "paused";
  bar.dataset.state = last = story.state;
  button("pause").hidden = story.state !== "playing";
  button("stop").hidden = progress.hidden = !on;
  button("play").hidden = story.state === "playing";
  if (story.state === "paused") button("play").innerHTML = ON;
  else button("play").innerHTML = PLAY;
  caption.textContent = story.state === "broken" ? `Cerita berhenti. ${story.caption}` : story.caption || FIRST;
  [progress.max, progress.value] = [story.chapters, story.chapter];
  if (on) speed.value = String(story.speed);
  if (on && story.cast.length) lay(story.cast);
  if (!story.who) {
    if (!on) for (const phone of phones) phone.node.classList.remove("hand");
    return;
  }
  const phone = phones.find((one) => one.member.chat === story.who);
  if (!phone) return;
  const looks = small.matches && document.querySelector("#tabs .here")?.classList.contains("town-tab");
  // Who looks at the map on a small screen goes on doing so, and who writes goes on writing.
  if (looks || phones.some((one) => one !== phone && one.written())) phone.mark();
  else {
    phone.bring();
    phone.seen();
  }
  phone.hand(story.label);
}
