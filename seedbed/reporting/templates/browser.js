// The browser of questions: its filters, the list, one question, keys. What it shows is in the address.

const FILTERS = ["search", "match", "model", "category", "corpus", "outcome", "disagreement", "sort"];
const DEFAULTS = Object.fromEntries([...FILTERS, "question", "compare", "page", "written"].map((key) => [key, ""]));

async function startBrowser() {
  const index = await unpacked("browser-index");
  index.questions.forEach((question, place) => { question.place = place; });
  const url = urlState("questions", DEFAULTS, draw);
  const searched = []; // the folded texts of each question, once something was searched
  let found = [];
  let typedLast = false; // whether the last change was to the search
  let drawing = 0; // counts the drawings, so that one overtaken by a later one is dropped

  /** All texts of a question, for the search. */
  async function textsOf(question) {
    const block = await blockOf(question.place);
    const answers = block.answers.flatMap((answer) => (answer ? answer.turns.map((turn) => turn.text) : []));
    const said = block.judged.flatMap((judged) => [judged.ab, judged.ba].map((order) => (order && order.words) || ""));
    return folded([question.id, ...block.texts, ...block.sources, ...answers, ...said, ...block.votes.map((vote) => vote.reason || "")].join("\n"));
  }

  async function searchHits(text, isCurrent) {
    const wanted = folded(text.trim());
    if (!wanted) return null;
    for (let place = searched.length; place < index.questions.length; place += 1) {
      if (!isCurrent()) return null;
      byId("count").textContent = say("searching", { done: place, all: index.questions.length });
      searched[place] = await textsOf(index.questions[place]);
    }
    return new Set(index.questions.filter((question) => searched[question.place].includes(wanted)).map((question) => question.place));
  }

  function fill(key, options) { // [value, text]; the first lets all through
    byId("f-" + key).replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
  }

  function fillFilters(state) {
    const named = (values) => [["", say("all")], ...[...new Set(values)].map((value) => [value, value])];
    const corpora = named(index.questions.map((question) => question.corpus));
    const match = index.matches.find((one) => one.name === state.match);
    const [winner, loser] = state.model ? [state.model, null] : match ? [match.model, match.baseline] : [null, null];
    const model = ratedModel(index, state);
    fill("match", named(index.matches.map((one) => one.name)));
    fill("model", named(index.models));
    fill("category", named(index.questions.map((question) => question.category)));
    fill("corpus", corpora);
    byId("f-corpus").parentElement.hidden = corpora.length < 3;
    fill("outcome", [["", say("all")],
      ["win", winner ? say("win_of", { model: winner }) : say("win")],
      ["loss", loser ? say("win_of", { model: loser }) : winner ? say("loss_of", { model: winner }) : say("loss")],
      ["tie", say("tie")], ["invalid", say("invalid")]]);
    const differing = ["orders", "people"].filter((kind) => index.questions.some((question) => question[kind].includes("1")));
    fill("disagreement", [["", say("any")], ...differing.map((kind) => [kind, say(kind)])]);
    fill("sort", ["order", "low", "high", "long", "short", "disagreement"].map((kind) => [kind === "order" ? "" : kind, say("sort_" + kind, { model })]));
    fillForm(byId("filters"), state);
  }

  function drawList(state) {
    const { rows, page, pages } = pageOf(found, state.page, PAGE_SIZE);
    byId("count").textContent = say("found", { found: whole(found.length), all: whole(index.questions.length) });
    const list = rows.length ? [questionTable(index, state, rows, url.hash)] : [element("p", { text: say("none_found") })];
    if (pages > 1) {
      list.push(element("p", { name: "pages" },
        page > 1 ? link(say("earlier"), url.hash({ page: page === 2 ? "" : String(page - 1) })) : null,
        element("span", { text: say("page_of", { page, pages }) }),
        page < pages ? link(say("later"), url.hash({ page: String(page + 1) })) : null));
    }
    byId("list").replaceChildren(...list);
  }

  /** The question before or after the present one among those found; the first or last one where none is open. */
  function neighbour(step) {
    const place = found.findIndex((question) => question.id === url.get().question);
    return place < 0 ? found.at(step > 0 ? 0 : -1) : found[place + step];
  }

  function drawSteps(state) {
    const place = found.findIndex((question) => question.id === state.question);
    byId("place").textContent = place < 0 ? say("outside", { found: found.length }) : say("place", { place: place + 1, found: found.length });
    byId("to-list").href = url.hash({ question: "", compare: "" });
    for (const [id, step] of [["previous", -1], ["next", 1]]) {
      const other = place < 0 && step < 0 ? undefined : neighbour(step);
      byId(id).hidden = !other;
      if (other) byId(id).href = url.hash({ question: other.id });
    }
    byId("written").checked = Boolean(state.written);
  }

  async function drawQuestion(state, isCurrent) {
    const question = index.questions.find((one) => one.id === state.question);
    const title = byId("question-title");
    title.textContent = question ? question.id + " · " + placeInWords(question) : "";
    if (!question) return byId("one").replaceChildren(element("p", { text: say("gone", { id: state.question }) }));
    const block = await blockOf(question.place);
    if (isCurrent()) byId("one").replaceChildren(questionPart(index, block, question, state, url.hash));
  }

  async function draw(state, followed) {
    drawing += 1;
    typedLast = false;
    const mine = drawing;
    const isCurrent = () => mine === drawing;
    fillFilters(state);
    byId("found").ariaBusy = "true";
    const hits = await searchHits(state.search, isCurrent);
    if (!isCurrent()) return;
    byId("found").ariaBusy = "false";
    found = questionsFound(index, state, hits);
    byId("found").hidden = Boolean(state.question);
    byId("chosen").hidden = !state.question;
    byId("browser").classList.toggle("listing", !state.question);
    drawList(state);
    if (state.question) {
      drawSteps(state);
      await drawQuestion(state, isCurrent);
    }
    if (followed && isCurrent()) byId(state.question ? "chosen" : "questions").scrollIntoView({ behavior: "instant" });
  }

  watchForm(byId("filters"), (values, typed) => {
    // What is typed without a pause for anything else is one step of the history.
    url.set({ ...values, page: "" }, { replace: typed && typedLast });
    typedLast = typed;
  }, () => url.set(DEFAULTS));
  byId("written").addEventListener("change", (event) => url.set({ written: event.target.checked ? "1" : "" }));
  byId("one").addEventListener("change", (event) => {
    if (!event.target.id.startsWith("compare-")) return;
    const [left, right] = [byId("compare-left").value, byId("compare-right").value];
    const other = event.target.id === "compare-left" ? right : left;
    const partner = other || index.models.find((model) => model !== event.target.value);
    const pair = event.target.id === "compare-left" ? [left, partner] : [partner, right];
    url.set({ compare: event.target.value === "" || pair[0] === pair[1] ? "all" : pair.join() });
  });
  const copy = () => copyAddress((worked) => {
    byId("copied").textContent = say(worked ? "copied" : "not_copied");
    setTimeout(() => { byId("copied").textContent = ""; }, 4000);
  });
  for (const button of document.querySelectorAll("#browser button.copy")) button.addEventListener("click", copy);

  const step = (direction) => {
    const other = neighbour(direction);
    if (!other) return;
    url.set({ question: other.id });
    byId("chosen").scrollIntoView({ behavior: "instant" });
  };
  const keys = {
    n: () => step(1),
    p: () => step(-1),
    l: () => url.set({ question: "", compare: "" }),
    a: () => url.set({ compare: url.get().compare === "all" ? "" : "all" }),
    w: () => url.set({ written: url.get().written ? "" : "1" }),
    c: copy,
    "/": () => byId("f-search").focus(),
  };
  addEventListener("keydown", (event) => {
    if (isTyping(event) || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  for (const row of document.querySelectorAll("a.to-questions")) { // a count in the tables above leads to its questions
    row.href = url.hash({ ...DEFAULTS, match: row.dataset.match, category: row.dataset.category || "" });
  }
  byId("browser").hidden = false;
  await draw(url.get(), url.isOurs());
}

if (byId("browser")) {
  if (typeof DecompressionStream === "undefined") byId("unread").hidden = false;
  else startBrowser().catch((error) => { byId("broken").hidden = false; console.error(error); });
}
// Printed, folded parts are open.
addEventListener("beforeprint", () => document.querySelectorAll("main details").forEach((part) => { part.open = true; }));
