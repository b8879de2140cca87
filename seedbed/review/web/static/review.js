// Drafts as one types, and the way off a page: forms are posted by script, so that a text stays here until it is safe.
import { areas, form, hold, leaving } from "./form.js";
import { showSingleKeys } from "./keys.js";
import { showMarks } from "./marks.js";
import "./memory.js";

const DRAFT_MS = 200; // after the last change
const RETRY_MS = 5000; // after the server did not answer
const SHOWN_AGAIN = [409, 410, 422]; // the page comes back and says what to fix
const STASH = "seedbed-typed";
let typed = 0; // changes so far,
let kept = 0; // and those that the last draft that arrived had
let sending = false;
let waiting = false; // whether another draft goes out behind the one under way
let timer = 0;

function setState(words, bad) {
  const line = document.getElementById("state");
  if (!line) return;
  line.textContent = words;
  line.classList.toggle("bad", Boolean(bad));
}

// Put each part of a reply that has an id in the place of the one that is here.
function replaceParts(html) {
  const focused = document.activeElement?.id;
  for (const part of new DOMParser().parseFromString(html, "text/html").querySelectorAll("body > [id]"))
    document.getElementById(part.id)?.replaceWith(part);
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function post(url, button) {
  const send = () => {
    const fields = new FormData(form());
    if (button) fields.set(button.name, button.value);
    return fetch(url, { method: "POST", headers: { "X-Requested-With": "fetch" }, body: new URLSearchParams(fields) });
  };
  const response = await send();
  if (response.headers.get("x-seedbed-refused") !== "token") return response;
  const token = await (await fetch("/token")).text(); // the server was restarted: take its token, and send the same again
  for (const field of document.querySelectorAll("input[name=token]")) field.value = token;
  return send();
}

function showOffline() {
  setState(document.getElementById("state")?.dataset.offline, true);
  setTimeout(() => typed > kept && sendDraft(), RETRY_MS);
}

async function showRefused(response) {
  setState(`${document.getElementById("state")?.dataset.refused} ${(await response.text()).slice(0, 600)}`, true);
}

const textsNow = () => new Map(areas().map((area) => [area.name, area.value]));

async function sendDraft() {
  waiting = sending;
  if (sending || !form()) return;
  sending = true;
  const changes = typed;
  const sent = textsNow();
  const response = await post(form().dataset.draft).catch(showOffline);
  sending = false;
  if (response?.ok) {
    kept = Math.max(kept, changes);
    replaceParts(await response.text());
    showMarks(sent);
  } else if (response) await showRefused(response);
  if (waiting) sendDraft();
}

const TYPING = "seedbed-typing"; // whoever saves out of a text goes on in the next one

async function leave(button) {
  const typing = document.activeElement?.matches(".typing textarea") && button?.value.startsWith("save");
  hold(true);
  const response = await post(form().action, button).catch(showOffline);
  const url = response?.headers.get("x-seedbed-location");
  if (url) {
    kept = typed;
    if (typing) sessionStorage.setItem(TYPING, "on");
    location.assign(url);
    return;
  }
  hold(false);
  if (!response) return;
  if (!SHOWN_AGAIN.includes(response.status)) return showRefused(response);
  replaceParts(await response.text());
  showSingleKeys();
  showMarks();
  window.scrollTo(0, 0);
}

// A button with an address of its own leaves the page and its text as they are, and brings a part anew.
async function stay(button) {
  const sent = textsNow();
  const response = await post(button.formAction, button).catch(showOffline);
  if (response?.ok) {
    replaceParts(await response.text());
    showMarks(sent);
  } else if (response) await showRefused(response);
}

document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  if (event.submitter?.hasAttribute("formaction")) return stay(event.submitter);
  if (!leaving()) leave(event.submitter);
});

document.addEventListener("input", (event) => {
  if (!event.target.closest("#leave")) return;
  typed += 1;
  clearTimeout(timer);
  timer = setTimeout(sendDraft, DRAFT_MS);
  const most = Number(event.target.dataset.most);
  if (!most) return;
  const long = event.target.value.length > most && [...event.target.value].length > most;
  const words = long ? document.getElementById("state").dataset.long : "";
  event.target.setCustomValidity(words);
  if (long) setState(words, true);
});

// The last word before the page goes or hides: what was typed since the last draft.
function flush() {
  if (!form() || leaving() || typed === kept) return;
  const body = new URLSearchParams(new FormData(form()));
  if (navigator.sendBeacon(form().dataset.draft, body)) kept = typed;
}
document.addEventListener("visibilitychange", () => document.hidden && flush());
window.addEventListener("pagehide", () => {
  if (form() && !leaving() && typed) {
    const texts = areas().map((area) => [area.name, area.value]);
    const stash = { at: Date.now(), url: form().action, page: form().elements.page.value, texts };
    sessionStorage.setItem(STASH, JSON.stringify(stash));
  }
  flush();
});
window.addEventListener("beforeunload", (event) => {
  flush();
  if (form() && !leaving() && typed > kept) event.preventDefault();
});
// A page out of the browser's memory is not the row as it is now.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

// A reload asks for the page before the last draft has arrived: this tab remembers it, and goes on as the same page.
function restore() {
  const stash = JSON.parse(sessionStorage.getItem(STASH) || "null");
  sessionStorage.removeItem(STASH);
  if (!stash || !form() || stash.url !== form().action || Date.now() - stash.at > 10000) return;
  form().elements.page.value = stash.page;
  for (const [name, text] of stash.texts) {
    const area = form().elements[name];
    if (!area || area.value === text) continue;
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// Earlier versions of a row are read once somebody opens them.
document.addEventListener("toggle", async (event) => {
  const url = event.target.dataset.load;
  if (!url || !event.target.open) return;
  delete event.target.dataset.load;
  const response = await fetch(url).catch(showOffline);
  if (response?.ok) replaceParts(await response.text());
  else if (response) await showRefused(response);
}, true);

showMarks();
restore();
if (sessionStorage.getItem(TYPING)) document.querySelector(".typing textarea")?.focus({ preventScroll: true });
sessionStorage.removeItem(TYPING);
document.querySelector(".top .here")?.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone the tabs scroll sideways
document.querySelector("[role=alert]")?.scrollIntoView({ block: "nearest" });
