"use strict";
// The browser of a dataset's rows. What models and people wrote is placed by textContent alone, and never as markup.

const PAGE = 30; // rows drawn at a time
const NONE = "-"; // the value of the filter that wants rows of no training set
const byId = (id) => document.getElementById(id);
const box = byId("row-browser");
const words = JSON.parse(box.dataset.words);
const FILTERS = ["source", "set", "result", "type"];
const DEFAULTS = { source: "", set: "", result: "", type: "", text: "", page: "1", row: "" };
const FIELDS = ["instruction", "input", "output"];

async function unpacked(part) {
  const letters = atob(part.textContent);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  part.remove();
  return JSON.parse(JSON.parse(text).value);
}

function element(tag, name, text, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text != null) made.textContent = text;
  made.append(...children);
  return made;
}

function say(name, values) { // our own words, with {values} put in
  return words[name].replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

const count = (number) => number.toLocaleString("en");
const folded = (text) => text.normalize("NFKC").toLowerCase();
const keyOf = (row) => row.source + "/" + row.id;
const resultOf = (row) => (row.rejected ? say("rejected", { reason: row.result }) : words["result_" + row.result] || row.result);

// A text is a string, or pieces: a string that both have, or [theirs, its own].
const sideOf = (text, side) => (typeof text === "string" ? text : text.map((piece) => (typeof piece === "string" ? piece : piece[side])).join(""));
const own = (row, field) => sideOf(row.texts[field] || "", 1);

function searched(row) {
  row.low ??= folded([row.id, row.why || "", ...FIELDS.map((field) => own(row, field)), ...Object.values(row.english || {})].join("\n"));
  return row.low;
}

function written(pieces, side, lang) { // by a model or a person; what differs is marked
  const made = element("div", "text");
  made.dir = "auto";
  made.lang = lang;
  for (const piece of typeof pieces === "string" ? [pieces] : pieces) {
    if (typeof piece === "string") made.append(piece);
    else if (piece[side]) made.append(element(side ? "ins" : "del", "", piece[side]));
  }
  return made;
}

function column(row, side, title) {
  const made = element("div", "", null, element("h5", "", title));
  for (const field of FIELDS) {
    const text = row.texts[field] || "";
    if (!sideOf(text, side)) continue;
    made.append(element("p", "field", words[field]), written(text, side, box.dataset.language));
  }
  return made;
}

function english(row) {
  const made = element("details", "", null, element("summary", "", words.source_text));
  for (const [name, text] of Object.entries(row.english)) made.append(element("p", "field", words[name] || name), written(text, 1, "en"));
  return made;
}

function facts(row, state, known) {
  const made = element("p", "facts");
  const parts = [];
  if (row.why) parts.push([row.why]);
  if (row.beside) {
    const link = element(known.has(row.source + "/" + row.beside) ? "a" : "span", "", row.beside);
    if (link.tagName === "A") link.href = state.hash({ source: row.source, set: "", result: "", type: "", text: "", page: "1", row: row.source + "/" + row.beside });
    parts.push([words.too_close + " ", link, row.score == null ? "" : " (" + row.score.toFixed(2) + ")"]);
  }
  if (row.same) parts.push([row.beside ? words.same_as_neighbour : words.same_as_machine]);
  parts.push([row.sets ? say("in_sets", { sets: row.sets.join(", ") }) : words.in_no_set]);
  parts.forEach((part, place) => made.append(...(place ? [" · "] : []), ...part));
  return made;
}

function body(row, state, known) {
  const differs = FIELDS.some((field) => Array.isArray(row.texts[field]));
  const made = element("div", "body", null, facts(row, state, known));
  if (differs) {
    const [before, after] = row.beside ? [say("neighbour", { id: row.beside }), words.this_row] : [words.machine, words.after_edit];
    made.append(element("div", "pair", null, column(row, 0, before), column(row, 1, after)));
  } else made.append(column(row, 1, row.english ? words.translation : words.this_row));
  if (row.english) made.append(english(row));
  return made;
}

function item(row, state, known) {
  const first = FIELDS.map((field) => own(row, field)).find(Boolean) || "";
  const asked = element("span", "asked", first.split("\n")[0]);
  asked.lang = box.dataset.language;
  const where = element("span", "where", [row.source, row.id, row.type].filter(Boolean).join(" · "));
  const made = element("details", "item", null, element("summary", "", null, where, asked, element("span", "chip" + (row.rejected ? " loss" : ""), resultOf(row))));
  const open = () => made.open && made.childElementCount < 2 && made.append(body(row, state, known));
  made.addEventListener("toggle", open);
  if (state.get().row === keyOf(row)) {
    made.open = true;
    open();
  }
  made.querySelector("summary").addEventListener("click", () => state.set({ row: made.open ? "" : keyOf(row) }, { replace: true }));
  return made;
}

function choices(rows) { // every value of every filter, the most frequent order kept: that of the rows
  const values = Object.fromEntries(FILTERS.map((name) => [name, new Map()]));
  const add = (name, value, shown) => values[name].set(value, { shown, rows: (values[name].get(value)?.rows || 0) + 1 });
  for (const row of rows) {
    add("source", row.source, row.source);
    add("result", row.result, resultOf(row));
    if (row.type) add("type", row.type, row.type);
    for (const set of row.sets || []) add("set", set, set);
    if (!row.sets) add("set", NONE, words.no_set);
  }
  for (const name of FILTERS) {
    const options = [...values[name]].map(([value, { shown, rows: many }]) => Object.assign(element("option", "", shown + " (" + count(many) + ")"), { value }));
    byId("r-" + name).replaceChildren(Object.assign(element("option", "", words.all), { value: "" }), ...options);
  }
}

const wanted = (row, at) =>
  (!at.source || row.source === at.source) &&
  (!at.result || row.result === at.result) &&
  (!at.type || row.type === at.type) &&
  (!at.set || (at.set === NONE ? !row.sets : (row.sets || []).includes(at.set))) &&
  (!at.text || searched(row).includes(folded(at.text)));

async function start() {
  const parts = [...document.querySelectorAll("script[data-rows]")];
  const rows = [];
  const known = new Set();
  let reading = true;
  const state = urlState("rows", DEFAULTS, (at, followed) => {
    fillForm(byId("row-filters"), at);
    draw(at, followed);
  });

  let drawn = "";
  function draw(at, followed) {
    const filtered = JSON.stringify([...FILTERS.map((name) => at[name]), at.text, at.page, followed ? at.row : "", rows.length]);
    if (filtered === drawn) return; // a row was opened or closed: the list stays as it is
    drawn = filtered;
    const found = rows.filter((row) => wanted(row, at));
    const place = found.findIndex((row) => keyOf(row) === at.row);
    const shown = pageOf(found, at.page === "1" && place >= 0 ? Math.floor(place / PAGE) + 1 : at.page, PAGE);
    byId("row-list").replaceChildren(...shown.rows.map((row) => item(row, state, known)));
    byId("row-count").textContent =
      say("count", { found: count(found.length), rows: count(rows.length) }) + (reading ? " " + words.reading : "");
    byId("row-page").textContent = say("page", { page: count(shown.page), pages: count(shown.pages) });
    byId("row-previous").disabled = shown.page <= 1;
    byId("row-next").disabled = shown.page >= shown.pages;
    byId("row-previous").onclick = () => turn(shown.page - 1);
    byId("row-next").onclick = () => turn(shown.page + 1);
    if (followed && state.isOurs()) (byId("row-list").querySelector("[open]") || byId("rows")).scrollIntoView({ behavior: "instant" });
  }

  function turn(page) {
    state.set({ page: String(page), row: "" });
    byId("row-count").scrollIntoView({ behavior: "instant" });
  }

  watchForm(
    byId("row-filters"),
    (values, typed) => state.set({ ...values, page: "1", row: "" }, { replace: typed }),
    () => state.set(DEFAULTS),
  );

  box.hidden = false;
  for (const [place, part] of parts.entries()) {
    for (const row of await unpacked(part)) {
      rows.push(row);
      known.add(keyOf(row));
    }
    reading = place < parts.length - 1;
    if (place && reading) continue; // the first is shown at once, the others when all are there
    choices(rows);
    fillForm(byId("row-filters"), state.get());
    draw(state.get(), true);
    await new Promise((resolve) => setTimeout(resolve)); // let the page paint
  }
  box.dataset.read = "all";
}

if (!("DecompressionStream" in window)) byId("rows-unread").hidden = false;
else start();
