// Texts of models and people on the page: as text, or as a copy of a few tags without attributes. Nothing in them runs.

const SAFE_TAGS = new Set(settings.tags); // what the page's own renderer of Markdown writes
const INVISIBLE = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/; // marks that turn the direction of a text
const ANSWER_WORDS = [
  "回答", "アシスタント", "答え", "[Aa]nswer", "[Aa]ssistant", "[Rr]esponse", "[Mm]odel",
  "답변", "응답", "어시스턴트", "Antwort", "Assistent", "[Rr]éponse",
].join("|");
const LETTER = "[ABＡＢ](?![A-Za-z0-9])";
const NAMED = new RegExp(`(?:${ANSWER_WORDS})s?[\\s「『(（*_]*(${LETTER})(?:(\\s*(?:と|、|・|and|und|와|과|및|&)\\s*)(${LETTER}))?`, "g");

/** Appends a text to an element; marks that turn its direction are shown by their number, and turn nothing. */
function appendText(node, text) {
  for (const part of text.split(new RegExp(`(${INVISIBLE.source})`))) {
    if (!INVISIBLE.test(part)) node.append(part);
    else node.append(element("span", { name: "mark invisible", text: "U+" + part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") }));
  }
}

/** A block for a text in the language of the project, or in another. */
function textBlock(tag, name, language = settings.language) {
  return element(tag, { name: "text " + name, dir: "auto", lang: language });
}

function plain(text, name = "", language = settings.language) {
  const node = textBlock("div", "plain " + name, language);
  appendText(node, text);
  return node;
}

/** Copies the safe tags of parsed HTML without their attributes; of any other tag only what is in it. */
function copySafely(from, to) {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) appendText(to, child.data);
    else if (child.nodeType === Node.ELEMENT_NODE) {
      const tag = child.localName;
      const isHeading = /^h[1-6]$/.test(tag); // of an answer, and not of the page
      const copy = isHeading ? element("p", { name: "heading" }) : SAFE_TAGS.has(tag) ? document.createElement(tag) : null;
      copySafely(child, copy || to);
      if (copy && tag === "pre") copy.tabIndex = 0; // it may scroll sideways
      if (copy && tag === "ol") copy.start = child.start; // a number
      if (copy) to.append(copy);
    }
  }
}

/** A text in Markdown as the page's renderer made it HTML, or as it was written. The parser runs nothing and loads nothing. */
function markedUp({ text, html }, asWritten) {
  if (asWritten) return plain(text);
  const node = textBlock("div", "markdown");
  copySafely(new DOMParser().parseFromString(html, "text/html").body, node);
  return node;
}

/** A judge's words, with the models' names where it wrote of answer A and answer B. */
function judgeWords(text, first, second, asWritten) {
  if (asWritten) return plain(text, "words");
  const node = textBlock("div", "plain words");
  const nameOf = (letter, written) => element("b", { name: "named", text: letter === "A" || letter === "Ａ" ? first : second, title: written });
  let end = 0;
  for (const found of text.matchAll(NAMED)) {
    appendText(node, text.slice(end, found.index));
    node.append(nameOf(found[1], found[0]));
    if (found[3]) node.append(found[2], nameOf(found[3], found[0]));
    end = found.index + found[0].length;
  }
  appendText(node, text.slice(end));
  return node;
}
