// Shortcuts, and buttons that put another text into the fields.
import { form, leaving } from "./form.js";

const SETTING = "seedbed-single-keys";
// An input method that is composing owns its keys: its Enter chooses a word and submits nothing.
const composing = (event) => event.isComposing || event.keyCode === 229;
export const onText = (element) => element.matches("textarea, input:not([type=checkbox]):not([type=hidden]), select");

// Single keys can be turned off, for those whose software types on their behalf.
export const singleKeys = () => localStorage.getItem(SETTING) !== "off";
export function showSingleKeys() {
  const box = document.getElementById("single-keys");
  if (box) box.checked = singleKeys();
}
document.addEventListener("change", (event) => {
  if (event.target.id === "single-keys") localStorage.setItem(SETTING, event.target.checked ? "on" : "off");
});

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.altKey || event.repeat) return;
  const control = event.ctrlKey || event.metaKey;
  const typing = onText(event.target);
  if (event.key === "Escape" && typing) return event.target.blur();
  if (!control && (typing || !singleKeys())) return;
  if (event.key === "Enter" && !control && event.target.closest("a, button, summary")) return;
  const word = CSS.escape((control ? "ctrl+" : "") + event.key.toLowerCase());
  // What is written into a folded part is for the button of that part, and for no other.
  const inside = event.target.closest("details")?.querySelector(`[data-inner-key~="${word}"]`);
  const target = inside || document.querySelector(`[data-key~="${word}"]`);
  if (!target || leaving()) return;
  event.preventDefault();
  if (onText(target)) target.focus();
  else if (target.dataset.focus) {
    target.closest("details").open = true;
    document.getElementById(target.dataset.focus).focus();
  } else {
    target.click();
    target.scrollIntoView({ block: "nearest" });
  }
});

// The browser's own undo takes it back.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button || leaving()) return;
  let first = null;
  for (const [name, text] of Object.entries(JSON.parse(button.dataset.fill))) {
    const area = form().elements[["note", "reason"].includes(name) ? name : `field.${name}`];
    if (!area) continue;
    first = first || area;
    area.focus();
    area.select();
    const done = document.execCommand(text ? "insertText" : "delete", false, text);
    if (!done && area.value !== text) {
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  if (first) first.focus();
});

showSingleKeys();
