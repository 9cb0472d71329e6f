// What every part of the page uses: elements, the server, the rehearsal's clock.

export const words = document.body.dataset;
export const small = matchMedia("(max-width: 820px), (max-height: 480px)");

export function make(tag, cls, text) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  if (tag === "button") node.type = "button";
  return node;
}

export async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    return answer.ok;
  } catch {
    return false; // nobody there: the bar above the phones says so
  }
}

// The line above the phones: what is wrong until it is not (`say`), or for a moment what did not go (`flash`).
const line = document.getElementById("lost");
let standing = "", fading;

function show(text) {
  line.hidden = !text;
  line.textContent = text;
}

export function say(text) {
  clearTimeout(fading);
  standing = text;
  show(text);
}

export function flash(text) {
  clearTimeout(fading);
  show(text);
  fading = setTimeout(() => show(standing), 4000);
}

// What this browser keeps; where it may keep nothing, the page works without.
export const kept = {
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch { /* a private window */ }
  },
};

// The rehearsal's time: `now()` in milliseconds, `format` by kind, in the city's zone.
export const clock = {
  zone: null, ahead: 0, format: {},
  now() { return performance.now() + this.ahead; },
  set(now) { this.ahead = now - performance.now(); },
  setZone(zone) {
    this.zone = zone;
    const by = (options) => new Intl.DateTimeFormat("id-ID", { timeZone: zone.name, ...options });
    this.format = {
      short: by({ hour: "2-digit", minute: "2-digit" }),
      long: by({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
      date: by({ weekday: "long", day: "numeric", month: "short" }),
      day: by({ weekday: "long", day: "numeric", month: "long" }),
    };
  },
};

// 1.05: minutes and seconds of a length of time in milliseconds, never below nothing.
export function length(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const rest = String(seconds % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}.${rest}` : `${Math.floor(minutes / 60)} j ${String(minutes % 60).padStart(2, "0")} m`;
}
