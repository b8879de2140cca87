// Shortcuts, a guard for text that is being composed, seconds of attention, and the word that a text is safe.
"use strict";
(() => {
  const form = () => document.getElementById("leave");
  const live = () => document.getElementById("live");
  const IDLE_MS = 30000; // after so long without a sign of life nobody is reading
  const TICK_MS = 1000;
  let typed = 0; // changes so far,
  let sent = 0; // changes when the last draft was sent,
  let kept = 0; // and when the last draft arrived
  let leaving = false;
  let refused = null; // the element whose form had an old token, so that it is tried once more and no oftener

  // An input method that is composing owns its keys: its Enter chooses a word and submits nothing.
  const composing = (event) => event.isComposing || event.keyCode === 229;
  const isText = (element) => element.matches("textarea, input:not([type=checkbox]):not([type=hidden]), select");

  function tell(words, bad) {
    const line = document.getElementById("state");
    if (line) {
      line.textContent = words;
      line.classList.toggle("bad", Boolean(bad));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.altKey || event.repeat) return;
    const control = event.ctrlKey || event.metaKey;
    const typing = isText(event.target);
    if (event.key === "Escape" && typing) return event.target.blur();
    if (!control && (typing || !singleKeys())) return;
    if (event.key === "Enter" && !control && event.target.closest("a, button, summary")) return;
    const word = (control ? "ctrl+" : "") + event.key.toLowerCase();
    const target = document.querySelector(`[data-key~="${CSS.escape(word)}"]`);
    if (!target || leaving) return;
    event.preventDefault();
    if (isText(target)) target.focus();
    else {
      target.click();
      target.scrollIntoView({ block: "nearest" });
    }
  });

  // Single keys can be turned off, for those whose software types on their behalf.
  const singleKeys = () => localStorage.getItem("seedbed-single-keys") !== "off";
  const showSingleKeys = () => {
    const box = document.getElementById("single-keys");
    if (box) box.checked = singleKeys();
  };
  document.addEventListener("change", (event) => {
    if (event.target.id === "single-keys") localStorage.setItem("seedbed-single-keys", event.target.checked ? "on" : "off");
  });

  // A button that puts another text into the fields; the browser's own undo takes it back.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (!button || leaving) return;
    const texts = JSON.parse(button.dataset.fill);
    let first = null;
    for (const [name, text] of Object.entries(texts)) {
      const area = form().elements[name === "note" ? "note" : `field.${name}`];
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

  document.addEventListener("input", (event) => {
    if (!event.target.closest("#leave")) return;
    typed += 1;
    const most = Number(event.target.dataset.most);
    if (!most) return;
    const long = event.target.value.length > most && [...event.target.value].length > most;
    const words = long ? document.getElementById("state").dataset.long : "";
    event.target.setCustomValidity(words);
    if (long) tell(words, true);
  });

  // Attention: time in which the page was seen and something was done.
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

  // While the text is under way nothing can be typed that would be neither here nor there.
  function hold(on) {
    leaving = on;
    for (const area of document.querySelectorAll("#leave textarea")) area.readOnly = on;
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === form()) hold(true);
    if (event.detail.elt === live()) sent = typed;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, xhr, successful } = event.detail; // its `elt` may be another where the form was replaced
    if (requestConfig.elt.id === "live" && successful) kept = sent;
    if (requestConfig.elt.id !== "leave") return;
    if (successful) kept = typed;
    if (!xhr.getResponseHeader("HX-Redirect")) hold(false);
  });
  document.addEventListener("htmx:responseError", async (event) => {
    const { elt, xhr } = event.detail;
    if (xhr.getResponseHeader("x-seedbed-refused") === "token" && refused !== elt) {
      refused = elt; // the server was started anew: take its token, and send the same again
      const token = await (await fetch("/token")).text();
      for (const field of document.querySelectorAll("input[name=token]")) field.value = token;
      if (elt === form() && pressed) pressed.click();
      else htmx.trigger(live(), "again");
      return;
    }
    if (xhr.status !== 409 && xhr.status !== 410 && xhr.status !== 422) {
      const line = document.getElementById("state");
      tell(`${line.dataset.refused} ${xhr.responseText.slice(0, 600)}`, true);
    }
  });
  document.addEventListener("htmx:sendError", () => {
    tell(document.getElementById("state").dataset.offline, true);
    setTimeout(() => typed > kept && htmx.trigger(live(), "again"), 5000);
  });

  let pressed = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=submit]");
    if (button && button.form === form()) pressed = button;
    if (event.isTrusted) refused = null;
  }, true);

  // The last word before the page goes or hides: what was typed since the last draft.
  function flush() {
    if (!form() || !live() || leaving || typed === kept) return;
    sent = typed;
    const body = new URLSearchParams(new FormData(form()));
    if (navigator.sendBeacon(live().getAttribute("hx-post"), body)) kept = sent;
  }
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  window.addEventListener("pagehide", () => {
    if (form() && !leaving && typed) sessionStorage.setItem(STASH, JSON.stringify({ at: Date.now(), url: form().action, ...texts() }));
    flush();
  });
  window.addEventListener("beforeunload", (event) => {
    flush();
    if (form() && !leaving && typed > kept) event.preventDefault();
  });
  // A page out of the browser's memory is not the row as it is now.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  // A reload asks for the page before the last draft has arrived: this tab remembers it, and goes on as the same page.
  const STASH = "seedbed-typed";
  const texts = () => ({
    page: form().elements.page.value,
    texts: [...document.querySelectorAll("#leave textarea")].map((area) => [area.name, area.value]),
  });
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

  document.addEventListener("DOMContentLoaded", () => {
    showSingleKeys();
    restore();
    const problem = document.querySelector("[role=alert]");
    if (problem) problem.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:afterSettle", showSingleKeys);
})();
