"use strict";
// The browser of questions. What models and people wrote is placed by textContent alone, and never as markup.

const PAGE = 30; // items drawn at a time
const byId = (id) => document.getElementById(id);

async function rowsOf(name) {
  const bytes = Uint8Array.from(atob(byId("data-" + name).textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

function element(tag, name, text, ...children) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text != null) made.textContent = text;
  made.append(...children);
  return made;
}

function written(text, name) { // by a model or a person
  const made = element("div", "text " + (name || ""), text);
  made.dir = "auto";
  made.lang = document.querySelector("#browser").dataset.language;
  return made;
}

function fill(id, options) { // [value, words]; the first lets all through
  byId(id).replaceChildren(...options.map(([value, words]) => Object.assign(element("option", "", words), { value })));
}

const OUTCOMES = { win: "the model wins", loss: "the baseline wins", tie: "tie", invalid: "invalid" };
const CHOICES = { tie: "tie", both_bad: "both bad" };
const DISAGREEMENTS = {
  orders: ["the two orders", (row) => row.inconsistent],
  people: ["judge and people", (row) => row.differs],
};

async function start() {
  const [questions, answers, verdicts, votes] = await Promise.all(["questions", "answers", "verdicts", "votes"].map(rowsOf));
  const question = new Map(questions.map((row) => [row.id, row]));
  const key = (one, other) => one + " " + other; // ids have no blanks
  const answer = new Map(answers.map((row) => [key(row.model, row.question), row]));
  const said = new Map();
  for (const vote of votes) {
    const place = key(vote.match, vote.question);
    said.set(place, [...(said.get(place) || []), vote]);
  }
  for (const row of verdicts) {
    row.asked = question.get(row.question);
    row.model_answer = answer.get(key(row.model, row.question));
    row.baseline_answer = answer.get(key(row.baseline, row.question));
    row.votes = said.get(key(row.match, row.question)) || [];
  }
  // What is searched in: a question's and an answer's text once, however many matches show it.
  const low = (text) => (text || "").normalize("NFKC").toLowerCase();
  for (const row of questions) row.low = low(row.id + "\n" + row.text);
  for (const row of answers) row.low = low(row.text);
  for (const row of verdicts) row.low = row.said.map((one) => low(one.ab_text) + "\n" + low(one.ba_text)).join("\n") + "\n" + row.votes.map((v) => low(v.reason)).join("\n");

  const distinct = (values) => [...new Set(values)];
  const all = ["", "all"];
  const names = (values) => [all, ...distinct(values).map((value) => [value, value])];
  fill("f-match", names(verdicts.map((row) => row.match)));
  fill("f-model", names(verdicts.flatMap((row) => [row.model, row.baseline]).sort()));
  fill("f-category", names(questions.map((row) => row.category)));
  fill("f-outcome", [all, ...Object.entries(OUTCOMES)]);
  const possible = Object.entries(DISAGREEMENTS).filter(([, [, test]]) => verdicts.some(test));
  fill("f-disagreement", [["", "with or without"], ...possible.map(([value, [words]]) => [value, words])]);

  let found = [];
  let shown = 0;

  function more() {
    const next = found.slice(shown, shown + PAGE);
    byId("list").append(...next.map(item));
    shown += next.length;
    byId("more").hidden = shown >= found.length;
  }

  function show() {
    const value = (id) => byId(id).value;
    const [match, model, category, outcome, disagreement] =
      ["f-match", "f-model", "f-category", "f-outcome", "f-disagreement"].map(value);
    const wanted = low(value("f-search").trim());
    const hit = new Map();
    const holds = (row) => { // remembers a question's and an answer's result
      if (!row) return false;
      if (!hit.has(row)) hit.set(row, row.low.includes(wanted));
      return hit.get(row);
    };
    found = verdicts.filter((row) =>
      (!match || row.match === match) &&
      (!model || row.model === model || row.baseline === model) &&
      (!category || row.asked.category === category) &&
      (!outcome || row.outcome === outcome) &&
      (!disagreement || DISAGREEMENTS[disagreement][1](row)) &&
      (!wanted || holds(row.asked) || holds(row.model_answer) || holds(row.baseline_answer) || row.low.includes(wanted)));
    byId("list").replaceChildren();
    byId("count").textContent = found.length.toLocaleString("en") + " of " + verdicts.length.toLocaleString("en") + " judged questions";
    shown = 0;
    more();
  }

  let waiting = 0;
  byId("filters").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(show, event.target.type === "search" ? 150 : 0);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(show));
  byId("more").addEventListener("click", more);
  for (const link of document.querySelectorAll("a.to-questions")) {
    link.addEventListener("click", () => {
      byId("filters").reset();
      byId("f-match").value = link.dataset.match;
      byId("f-category").value = link.dataset.category || "";
      setTimeout(show);
    });
  }
  byId("browser").hidden = false;
  show();
}

function item(row) {
  const chips = element("span");
  chips.append(element("span", "chip " + row.outcome, row.outcome === "win" ? row.model + " wins" : row.outcome === "loss" ? row.baseline + " wins" : row.outcome));
  if (row.inconsistent) chips.append(element("span", "chip", "orders disagree"));
  if (row.differs) chips.append(element("span", "chip", "people differ"));
  const asked = element("span", "asked", row.asked.text);
  asked.dir = "auto";
  const summary = element("summary", "", null, element("span", "where", row.question + " · " + row.match), asked, chips);
  const made = element("details", "item", null, summary);
  made.addEventListener("toggle", () => made.childElementCount === 1 && made.append(body(row)), { once: true });
  return made;
}

function body(row) {
  const made = element("div", "body", null, element("h5", "", "Question, " + row.asked.category), written(row.asked.text, "question"));
  const sides = element("div", "pair");
  for (const side of ["model", "baseline"]) {
    const found = row[side + "_answer"];
    const text = found && found.text != null ? written(found.text) : element("p", "failed", "no answer" + (found && found.failure ? ": " + found.failure : ""));
    sides.append(element("div", "", null, element("h5", "", "Answer of " + row[side]), text));
  }
  made.append(sides);
  for (const one of row.said) {
    const orders = element("div", "pair");
    const judge = row.said.length > 1 ? "Judge " + one.judge : "Judge";
    for (const [order, first] of [["ab", row.model], ["ba", row.baseline]]) {
      const verdict = one[order];
      const winner = verdict === "first" ? first : verdict === "second" ? (first === row.model ? row.baseline : row.model) : null;
      const words = winner ? winner + " is better" : verdict || "not judged";
      orders.append(element("div", "", null, element("h5", "", judge + ", shown " + first + " first: " + words), written(one[order + "_text"] || "")));
    }
    made.append(orders);
  }
  if (row.votes.length) {
    made.append(element("h5", "", "People"));
    for (const vote of row.votes) {
      const choice = CHOICES[vote.verdict] || row[vote.verdict];
      const line = element("p", "", vote.annotator + ": " + choice + (vote.status === "counted" ? "" : " (" + vote.status + ", not counted)"));
      made.append(line);
      if (vote.reason) made.append(written(vote.reason));
    }
  }
  return made;
}

if (byId("browser")) {
  if (typeof DecompressionStream === "undefined") byId("unread").hidden = false;
  else start();
}
// Printed, folded parts are open.
addEventListener("beforeprint", () => document.querySelectorAll("main details:not(.item)").forEach((part) => { part.open = true; }));
