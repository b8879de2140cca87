// The list of questions: which ones fit the filters, in which order, and the table of one page of them.

const PAGE_SIZE = 50; // questions in the list at a time
const OUTCOMES = { w: "win", l: "loss", t: "tie", i: "invalid", "-": "not_judged" };
const REVERSED = { w: "l", l: "w" }; // the outcome of a match, seen from the baseline

/** Unicode forms and case make no difference to a search. */
const folded = (text) => text.normalize("NFKC").toLowerCase();

/** The places of the matches that the filters look at. */
function matchesInScope(index, state) {
  const places = [...index.matches.keys()];
  if (state.match) return places.filter((place) => index.matches[place].name === state.match);
  if (!state.model) return places;
  return places.filter((place) => [index.matches[place].model, index.matches[place].baseline].includes(state.model));
}

/** The model whose rate the list shows: the chosen one, else the first one of the match. */
function ratedModel(index, state) {
  return state.model || index.matches[matchesInScope(index, state)[0] ?? 0].model;
}

/** The outcome of one match as a letter, as the chosen model sees it. */
function outcomeFor(index, state, question, place) {
  const letter = question.outcomes[place];
  return state.model && index.matches[place].baseline === state.model ? REVERSED[letter] || letter : letter;
}

function disagreements(question, places) {
  return places.filter((place) => question.orders[place] === "1" || question.people[place] === "1").length;
}

/** The share of the matches looked at in which orders, judges or people disagree. */
function disagreementShare(question, places) {
  return disagreements(question, places) / Math.max(1, places.filter((place) => question.outcomes[place] !== "-").length);
}

function questionRate(index, state, question) {
  const model = ratedModel(index, state);
  if (!state.match) return question.rates[index.models.indexOf(model)];
  const [place] = matchesInScope(index, state);
  const score = { w: 1, t: 0.5, l: 0 }[question.outcomes[place]] ?? null;
  return score === null || index.matches[place].model === model ? score : 1 - score;
}

/** The mean length of the answers of the models looked at. */
function answerLength(index, state, question) {
  const chosen = matchesInScope(index, state).flatMap((place) => [index.matches[place].model, index.matches[place].baseline]);
  const models = state.model ? [state.model] : state.match ? chosen : index.models;
  return mean(models.map((model) => question.lengths[index.models.indexOf(model)]).filter((length) => length !== null && length !== undefined));
}

/** Sorts by a number; questions without one come last, and equal ones keep the benchmark's order. */
function sortedBy(questions, valueOf, direction) {
  const values = new Map(questions.map((question) => [question, valueOf(question)]));
  return [...questions].sort((one, other) => {
    const [first, second] = [values.get(one), values.get(other)];
    if (first === null || second === null) return (first === null) - (second === null);
    return direction * (first - second);
  });
}

/** The questions that fit the filters, sorted. `hits` holds the places that a search found; null where nothing is searched. */
function questionsFound(index, state, hits) {
  const places = matchesInScope(index, state);
  const fits = (question, place) =>
    question.outcomes[place] !== "-" &&
    (!state.outcome || OUTCOMES[outcomeFor(index, state, question, place)] === state.outcome) &&
    (!state.disagreement || question[state.disagreement][place] === "1");
  const found = index.questions.filter((question) =>
    (!state.category || question.category === state.category) &&
    (!state.corpus || question.corpus === state.corpus) &&
    (!hits || hits.has(question.place)) &&
    (!(state.match || state.outcome || state.disagreement) || places.some((place) => fits(question, place))));
  const sorts = {
    low: () => sortedBy(found, (question) => questionRate(index, state, question), 1),
    high: () => sortedBy(found, (question) => questionRate(index, state, question), -1),
    long: () => sortedBy(found, (question) => answerLength(index, state, question), -1),
    short: () => sortedBy(found, (question) => answerLength(index, state, question), 1),
    disagreement: () => sortedBy(found, (question) => disagreementShare(question, places), -1),
  };
  return state.sort in sorts ? sorts[state.sort]() : found;
}

/** The category, and the corpus where that is not the benchmark's own. */
function placeInWords(question) {
  return question.category + (question.corpus === "questions" ? "" : " · " + question.corpus);
}

function outcomeChip(match, letter) {
  const winner = { w: match.model, l: match.baseline }[letter];
  return element("span", { name: "chip " + (OUTCOMES[letter] || ""), text: winner ? say("win_of", { model: winner }) : say(OUTCOMES[letter]) });
}

/** The table of some questions. */
function questionTable(index, state, questions, hashOf) {
  const places = matchesInScope(index, state);
  const [only] = places.length === 1 ? places : [null];
  const headings = [
    [say("question"), ""],
    [say("category"), ""],
    only === null ? [say("rate_of", { model: ratedModel(index, state) }), "n"] : [say("outcome"), ""],
    [say("mean_length"), "n"],
    [say("disagreeing"), only === null ? "n" : ""],
  ];
  const rows = questions.map((question) => {
    const asked = element("a", { name: "asked", href: hashOf({ question: question.id }), dir: "auto" });
    appendText(asked, question.text);
    const differs = only === null ? null : element("span", {},
      question.orders[only] === "1" ? element("span", { name: "chip", text: say("orders_differ") }) : null,
      question.people[only] === "1" ? element("span", { name: "chip", text: say("people_differ") }) : null);
    const judged = places.filter((place) => question.outcomes[place] !== "-").length;
    return element("tr", {},
      element("th", { scope: "row" }, element("span", { name: "where", text: question.id }), asked),
      cell(placeInWords(question)),
      only === null ? cell(percent(questionRate(index, state, question)), "n") : cell(outcomeChip(index.matches[only], question.outcomes[only])),
      cell(whole(answerLength(index, state, question)), "n"),
      only === null ? cell(judged ? disagreements(question, places) + " / " + judged : null, "n") : cell(differs));
  });
  return table(headings, rows, "found");
}
