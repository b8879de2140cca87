// One question: its texts, the models' answers side by side, and what judges and people say of them.

const STRENGTHS = { slight: "better_slightly", strong: "better_much" };

/** The two models that are compared, as `compare` of the state says; null for all answers. */
function comparedPair(index, state) {
  const named = state.compare.split(",");
  if (state.compare !== "" && named.length === 2 && named.every((model) => index.models.includes(model))) return named;
  if (state.compare === "all") return null;
  const match = index.matches.find((one) => one.name === state.match);
  if (match) return [match.model, match.baseline];
  return index.models.length === 2 ? [...index.models] : null;
}

function matchOf(index, one, other) {
  return index.matches.findIndex((match) => [match.model, match.baseline].sort().join() === [one, other].sort().join());
}

/** A part that folds; the reader sees at once what is in an open one. */
function folding(title, open, ...children) {
  return element("details", { open }, element("summary", { text: title }), ...children);
}

/** What was asked, turn by turn, with the text that people wrote beside it where that was translated. */
function askedParts(block, question, state) {
  const parts = block.texts.map((text, turn) => {
    const source = block.sources[turn];
    return element("div", { name: "side-by-side" },
      element("div", {}, element("h4", { name: "label", text: question.turns > 1 ? say("turn", { turn: turn + 1 }) : say("question") }), plain(text, "question")),
      source ? element("div", {}, element("h4", { name: "label", text: say("source") }), plain(source, "question source-text", "")) : null);
  });
  if (block.rubric.length) {
    const points = block.rubric.map((point) => { const item = textBlock("li", ""); appendText(item, point); return item; });
    parts.push(element("h4", { name: "label", text: say("rubric") }), element("ul", {}, ...points));
  }
  if (block.checks.length) {
    parts.push(element("h4", { name: "label", text: say("checks") }), element("ol", {}, ...block.checks.map((check) => element("li", { name: "check", text: check }))));
  }
  if (block.reference) parts.push(folding(say("reference"), false, markedUp(block.reference, state.written)));
  return parts;
}

function answerPart(index, block, question, model, state) {
  const place = index.models.indexOf(model);
  const answer = block.answers[place];
  const part = element("div", { name: "answer" }, element("h5", { text: say("answer_of", { model }) }));
  if (!answer || !answer.turns.length) {
    const reason = answer && answer.failure;
    part.append(element("p", { name: "failed", text: reason ? say("no_answer_why", { reason }) : say("no_answer") }));
    return part;
  }
  const size = { length: whole(question.lengths[place]), tokens: whole(answer.tokens) };
  const facts = [say(answer.tokens === null ? "size" : "size_tokens", size), answer.cut ? say("cut") : ""];
  const passed = answer.checks.map((result, check) => check + 1 + " " + say(result === null ? "not_run" : result ? "passed" : "failed"));
  if (passed.length) facts.push(say("checks") + ": " + passed.join(", "));
  part.append(element("p", { name: "facts", text: facts.filter(Boolean).join(" · ") }));
  answer.turns.forEach((turn, number) => {
    if (answer.turns.length > 1) part.append(element("h6", { text: say("turn", { turn: number + 1 }) }));
    part.append(markedUp(turn, state.written));
  });
  return part;
}

/** Who won in one order, in words. */
function winnerInWords(said, first, second) {
  if (!said) return say("not_judged");
  const winner = { first, second }[said.verdict];
  return winner ? say(STRENGTHS[said.strength] || "better", { model: winner }) : say(said.verdict);
}

/** One order of one judgment: the model shown first, who won, the judge's words. */
function orderPart(said, first, second, state) {
  const words = said && said.words;
  return element("div", {},
    element("h6", { text: say("shown_first", { model: first }) + ": " + winnerInWords(said, first, second) }),
    words ? judgeWords(words, first, second, state.written) : element("p", { name: "quiet", text: say("no_words") }));
}

function votePart(votes, match) {
  const choices = { model: match.model, baseline: match.baseline, tie: say("tie"), both_bad: say("both_bad") };
  return votes.map((vote) => {
    const status = vote.status === "counted" ? "" : " (" + say("not_counted", { status: vote.status }) + ")";
    return element("div", {}, element("p", { text: vote.annotator + ": " + choices[vote.verdict] + status }), vote.reason ? plain(vote.reason, "words") : null);
  });
}

/** What judges and people say of one match on the question: each judge, each turn, each order. */
function matchPart(index, block, question, place, state) {
  const match = index.matches[place];
  const judgments = block.judged.filter((judged) => judged.match === place);
  const votes = block.votes.filter((vote) => vote.match === place);
  const chips = element("p", {}, outcomeChip(match, question.outcomes[place]));
  const severalJudges = new Set(judgments.map((judged) => judged.judge)).size > 1;
  if (question.orders[place] === "1") chips.append(" ", element("span", { name: "chip", text: say(severalJudges ? "judges_differ" : "orders_differ") }));
  if (question.people[place] === "1") chips.append(" ", element("span", { name: "chip", text: say("people_differ") }));
  const part = element("div", { name: "verdicts" }, element("h4", { text: say("verdict_of", match) }));
  if (!judgments.length) return element("div", {}, part, element("p", { text: say("not_judged_here", { match: match.name }) }));
  part.append(chips);
  for (const judged of judgments) {
    const turn = question.turns > 1 ? say("turn", { turn: judged.turn }) : "";
    const title = [judged.judge === "judge" ? say("judge_alone") : say("judge", { judge: judged.judge }), turn].filter(Boolean).join(" · ");
    if (severalJudges || turn) part.append(element("h5", { text: title }));
    part.append(element("div", { name: "side-by-side" },
      orderPart(judged.ab, match.model, match.baseline, state), orderPart(judged.ba, match.baseline, match.model, state)));
  }
  if (!state.written) part.append(element("p", { name: "source", text: say("named_note") }));
  if (votes.length) part.append(element("h5", { text: say("votes") }), ...votePart(votes, match));
  return part;
}

/** A line of the table of all matches: the outcome, who won in each order, and the link that shows the judge's words. */
function matchRow(index, block, question, place, hashOf, withPeople) {
  const match = index.matches[place];
  const judgments = block.judged.filter((judged) => judged.match === place);
  const winners = (order, first, second) =>
    element("span", {}, [...new Set(judgments.map((judged) => winnerInWords(judged[order], first, second)))].join(" / ") || say("not_judged"));
  return element("tr", {},
    element("th", { scope: "row" }, link(say("verdict_of", match), hashOf({ compare: match.model + "," + match.baseline }))),
    cell(outcomeChip(match, question.outcomes[place])),
    cell(winners("ab", match.model, match.baseline)), cell(winners("ba", match.baseline, match.model)),
    withPeople ? cell(question.people[place] === "1" ? element("span", { name: "chip", text: say("people_differ") }) : "") : null);
}

function allMatches(index, block, question, state, hashOf) {
  const places = matchesInScope(index, state).filter((place) => question.outcomes[place] !== "-");
  const withPeople = index.questions.some((one) => one.people.includes("1"));
  const headings = ["match", "outcome", "order_one", "order_two", ...(withPeople ? ["people"] : [])].map((key) => [say(key), ""]);
  const rows = places.map((place) => matchRow(index, block, question, place, hashOf, withPeople));
  return [element("h4", { text: say("all_verdicts") }), table(headings, rows)];
}

/** All models on this question, best first: rate, record, length, tokens, checks. */
function standing(index, block, question) {
  const order = sortedBy(index.models, (model) => question.rates[index.models.indexOf(model)], -1);
  const hasChecks = block.answers.some((answer) => answer && answer.checks.length);
  const headings = ["model", "rate", "record", "length", "tokens", ...(hasChecks ? ["checks_passed"] : [])].map((key, place) => [say(key), place ? "n" : ""]);
  const rows = order.map((model) => {
    const place = index.models.indexOf(model);
    const answer = block.answers[place];
    const letters = index.matches.flatMap((match, number) =>
      match.model === model ? [question.outcomes[number]] : match.baseline === model ? [REVERSED[question.outcomes[number]] || question.outcomes[number]] : []);
    const count = (letter) => letters.filter((one) => one === letter).length;
    return element("tr", {},
      element("th", { scope: "row", text: model }), cell(percent(question.rates[place]), "n"),
      cell([count("w"), count("t"), count("l")].join(" / "), "n"),
      cell(whole(question.lengths[place]), "n"), cell(whole(answer && answer.tokens), "n"),
      hasChecks ? cell(answer ? answer.checks.filter((result) => result === true).length + " / " + answer.checks.length : null, "n") : null);
  });
  return table(headings, rows);
}

/** The page of one question, drawn from its block. */
function questionPart(index, block, question, state, hashOf) {
  const pair = comparedPair(index, state);
  const models = pair || index.models;
  const answers = element("div", { name: pair ? "side-by-side" : "all-answers" }, ...models.map((model) => answerPart(index, block, question, model, state)));
  const part = element("div", {}, ...askedParts(block, question, state));
  if (index.models.length > 2) part.append(folding(say("standing"), !pair, standing(index, block, question)));
  part.append(element("h4", { text: say("answers") }), comparison(index, pair), answers);
  if (pair) {
    const place = matchOf(index, ...pair);
    part.append(place < 0 ? element("p", { text: say("no_match") }) : matchPart(index, block, question, place, state));
  } else part.append(...allMatches(index, block, question, state, hashOf));
  return part;
}

/** The choice of two models to compare; `browser.js` listens to its fields. */
function comparison(index, pair) {
  const [left, right] = pair || ["", ""];
  const field = (id, label, chosen) => element("label", {}, label + " ", element("select", { id },
    element("option", { value: "", text: say("compare_all"), selected: !chosen }),
    ...index.models.map((model) => element("option", { value: model, text: model, selected: model === chosen }))));
  return element("p", { name: "comparison" }, field("compare-left", say("compare"), left), " ", field("compare-right", say("with"), right));
}
