// The list of rows: moving and ticking by key, and a run of ticks with Shift.
import { onText, singleKeys } from "./keys.js";

const rows = () => [...document.querySelectorAll(".rows li")];
const scope = document.querySelector("select[name=scope]");
let ticked = null; // the box that was ticked last

function show(row) {
  row?.querySelector("a").focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const here = all.indexOf(document.activeElement.closest(".rows li"));
  show(all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)]);
}

function count() {
  const option = scope?.querySelector("[value=ticked]");
  if (!option) return;
  const number = document.querySelectorAll(".rows input:checked").length;
  option.textContent = option.dataset.words.replace("{n}", number);
  if (number) scope.value = "ticked";
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || onText(event.target) || !singleKeys()) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "x") document.activeElement.closest(".rows li")?.querySelector("input").click();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest(".rows input");
  if (!box) return;
  const boxes = rows().map((row) => row.querySelector("input"));
  if (event.shiftKey && ticked) {
    const [from, to] = [boxes.indexOf(ticked), boxes.indexOf(box)].sort((one, other) => one - other);
    for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
  }
  ticked = box;
  count();
});

count();

// A reason that was typed is not dropped in passing: the browser asks before it leaves the list by a link.
const bulk = document.getElementById("bulk");
let deciding = false;
bulk?.addEventListener("submit", () => (deciding = true));
window.addEventListener("beforeunload", (event) => {
  if (!deciding && bulk?.elements.reason.value.trim()) event.preventDefault();
});
