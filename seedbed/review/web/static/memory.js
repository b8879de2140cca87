// The pane beside a row: what is selected goes into its fields by one key.
import { form } from "./form.js";

const MOST = 200; // characters of a selection that is a term, and no whole text
const NARROW = "(max-width: 75rem)"; // as in review.css
const taken = { source: "", text: "", last: "" }; // what was last selected in a source, and in a translation

function selection() {
  const field = document.activeElement;
  if (field?.matches?.("#leave .typing textarea"))
    return ["text", field.value.slice(field.selectionStart, field.selectionEnd)];
  const chosen = getSelection();
  const node = chosen?.anchorNode;
  const place = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("#leave .text");
  return place ? [place.id.startsWith("source-") ? "source" : "text", String(chosen)] : ["", ""];
}

document.addEventListener("selectionchange", () => {
  const [side, words] = selection();
  if (!words.trim() || words.trim().length > MOST) return;
  taken[side] = taken.last = words.trim();
});

const field = (name) => document.getElementById(`memory-${name}`);
function fill(name, words) {
  if (words && field(name)) field(name).value = words;
}

document.addEventListener("click", ({ target }) => {
  const pane = document.getElementById("memory");
  if (target.closest("[data-tick]")) {
    const on = target.closest("[data-tick]").dataset.tick === "all";
    for (const box of document.querySelectorAll(".ticks input[type=checkbox]")) box.checked = on;
  }
  if (!pane || !target.closest("#memory")) return;
  if (target.closest("#term > summary")) {
    pane.open = true;
    fill("term", taken.source);
    fill("translation", taken.text);
    // Once the details have opened, the first field that is empty takes the words.
    setTimeout(() => (["term", "translation", "note"].map(field).find((one) => !one.value) ?? field("note")).focus());
  }
  if (target.closest("#find-go")) {
    pane.open = true;
    fill("find", taken.last);
    taken.last = "";
    if (!field("find").value) field("find").focus();
  }
});

document.addEventListener("focusin", ({ target }) => {
  if (target.id !== "memory-old" || target.value) return;
  fill("old", taken.text);
  target.select();
});

// Enter in a field of the pane is its own button, and not the page's first one.
document.addEventListener("keydown", (event) => {
  const button = event.target.dataset?.enter;
  if (event.key !== "Enter" || !button || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  document.getElementById(button).click();
});

// A narrow page begins with the pane folded away.
const pane = document.getElementById("memory");
if (pane && form() && matchMedia(NARROW).matches) pane.open = new URLSearchParams(location.search).has("find");

// A term that was not added yet goes along to the next row, until it is added or its fields are folded away.
const TERM = "seedbed-term";
const term = document.getElementById("term");
const termFields = () => ["term", "translation", "note"].map(field);
const begun = JSON.parse(sessionStorage.getItem(TERM) || "null");
if (term && begun) {
  pane.open = term.open = true;
  termFields().forEach((one, place) => (one.value = begun[place]));
}
window.addEventListener("pagehide", () => {
  const now = document.getElementById("term"); // adding a term puts another pane in the place of this one
  if (!now) return;
  const texts = now.open ? termFields().map((one) => one.value) : [];
  if (texts.some(Boolean)) sessionStorage.setItem(TERM, JSON.stringify(texts));
  else sessionStorage.removeItem(TERM);
});
