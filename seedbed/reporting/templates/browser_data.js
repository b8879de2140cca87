// The page's own data and words, and the elements that show them.

const byId = (id) => document.getElementById(id);
const settings = byId("browser-settings") ? JSON.parse(byId("browser-settings").textContent) : {};
const blocks = new Map(); // unpacked blocks, by their place in the index

/** One of the page's own texts with its values in place, each a single time. */
function say(key, values = {}) {
  return settings.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Unpacks a script element of base 64 and gzip into the text that it holds. */
async function unpackedText(id) {
  const bytes = Uint8Array.from(atob(byId(id).textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()).value;
}

let alphabet = null; // the UTF-16 code unit that each code stands for

/** Unpacks a script element into the JSON value that it holds in short codes. */
async function unpacked(id) {
  alphabet ??= unpackedText("browser-alphabet").then((text) => Uint16Array.from(JSON.parse(text)));
  const [unitOf, text] = await Promise.all([alphabet, unpackedText(id)]);
  const units = new Uint16Array(text.length);
  for (let place = 0; place < text.length; place += 1) units[place] = unitOf[text.charCodeAt(place)];
  return JSON.parse(new TextDecoder("utf-16le").decode(units));
}

/** The texts of the question at a place of the index. */
function blockOf(place) {
  if (!blocks.has(place)) blocks.set(place, unpacked("question-" + place));
  return blocks.get(place);
}

/** An element with a class and a text; children are elements or texts, null is passed over. */
function element(tag, { name = "", text = null, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (name) node.className = name;
  if (text !== null) node.textContent = text;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function link(text, hash, name = "") {
  return element("a", { name, text, href: hash });
}

function table(headings, rows, name = "") {
  const head = element("tr", {}, ...headings.map(([text, kind]) => element("th", { name: kind, text, scope: "col" })));
  const body = element("tbody", {}, ...rows);
  return element("div", { name: "scroll" }, element("table", { name }, element("thead", {}, head), body));
}

/** A cell; what is given is a text or an element. */
function cell(content, name = "", tag = "td") {
  return element(tag, { name }, content === null ? "–" : content);
}

const percent = (share) => (share === null ? null : (100 * share).toFixed(0) + "%");
const whole = (number) => (number === null || number === undefined ? null : Math.round(number).toLocaleString("en"));
const mean = (numbers) => (numbers.length ? numbers.reduce((sum, one) => sum + one, 0) / numbers.length : null);
