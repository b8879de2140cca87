// Who else is on this row: asked every few seconds while somebody looks at the page.
import { form, leaving } from "./form.js";

const EVERY_MS = 10000; // presence.py waits for two of them

async function stay() {
  const line = document.getElementById("here");
  if (!line || !form() || document.hidden || leaving()) return;
  const fields = new URLSearchParams({ token: form().elements.token.value });
  const response = await fetch(`${form().action}/here`, {
    method: "POST", headers: { "X-Requested-With": "fetch" }, body: fields,
  }).catch(() => null);
  if (!response?.ok) return;
  const words = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("here");
  const now = document.getElementById("here");
  if (!words || !now || now.textContent === words.textContent) return;
  now.textContent = words.textContent;
  now.hidden = words.hidden;
}
setInterval(stay, EVERY_MS);
document.addEventListener("visibilitychange", stay);
