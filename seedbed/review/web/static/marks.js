// Marks in the text: a copy of each field lies behind it, line for line, and only the copy's marks can be seen.
const copies = new WeakMap(); // of a field: its copy, the text that its marks are of, and the marks

function copyOf(area) {
  let copy = copies.get(area);
  if (!copy) {
    const layer = document.createElement("div");
    layer.className = "marks";
    layer.setAttribute("aria-hidden", "true");
    layer.lang = area.lang;
    layer.dir = area.dir;
    area.before(layer);
    copy = { layer, text: area.value, marks: [] };
    copies.set(area, copy);
    area.addEventListener("scroll", () => align(area), { passive: true });
    new ResizeObserver(() => align(area)).observe(area);
  }
  return copy;
}

// The copy is as wide as the field without its scroll bar, as high, and scrolled as far.
function align(area) {
  const { layer } = copyOf(area);
  const borders = area.clientLeft * 2;
  layer.style.width = `${area.clientWidth + borders}px`;
  layer.style.height = `${area.offsetHeight}px`;
  layer.scrollTop = area.scrollTop;
}

function draw(area) {
  const { layer, text, marks } = copyOf(area);
  layer.textContent = "";
  let at = 0;
  for (const [start, end, state] of marks) {
    const mark = document.createElement("mark");
    mark.className = state;
    mark.textContent = text.slice(start, end);
    layer.append(text.slice(at, start), mark);
    at = end;
  }
  layer.append(`${text.slice(at)}\u200b`); // a last line that is empty takes its place too
  align(area);
}

// Marks of one text moved to the text that it has become; those where something was typed are gone until the next reply.
function moved(marks, before, after) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const shift = after.length - before.length;
  return marks.flatMap(([start, end, state]) => {
    if (end <= head) return [[start, end, state]];
    if (start >= before.length - tail) return [[start + shift, end + shift, state]];
    return [];
  });
}

// What the server found in the texts that were sent, by the name of the field; without them in the texts as they are.
export function showMarks(sent = new Map()) {
  for (const found of document.querySelectorAll(".findings[data-marks]")) {
    const area = document.getElementById(found.id.replace("findings-", "field-"));
    if (!area) continue;
    const copy = copyOf(area);
    const marks = JSON.parse(found.dataset.marks);
    copy.marks = moved(marks, sent.get(area.name) ?? area.value, area.value);
    copy.text = area.value;
    draw(area);
  }
}

document.addEventListener("input", ({ target }) => {
  if (!copies.has(target)) return;
  const copy = copies.get(target);
  copy.marks = moved(copy.marks, copy.text, target.value);
  copy.text = target.value;
  draw(target);
});
