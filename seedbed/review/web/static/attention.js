// Seconds of attention: time in which the page was seen and something was done.
const IDLE_MS = 30000; // after so long without a sign of life nobody is reading
const TICK_MS = 1000;
let alive = performance.now();
let ticked = alive;

for (const sign of ["keydown", "input", "pointerdown", "pointermove", "wheel", "scroll", "touchmove", "focus"])
  window.addEventListener(sign, () => (alive = performance.now()), { passive: true, capture: true });

function count() {
  const now = performance.now();
  const step = Math.min(now - ticked, 2 * TICK_MS); // a machine that slept was not being read
  ticked = now;
  const field = document.getElementById("seconds");
  if (field && !document.hidden && now - alive < IDLE_MS) field.value = (Number(field.value) + step / 1000).toFixed(2);
}
setInterval(count, TICK_MS);
document.addEventListener("submit", count, true); // the part of a second before a button too: a row may take but two
