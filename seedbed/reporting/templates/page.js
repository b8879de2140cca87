"use strict";
// What every report page does: it marks the section that is read, and sorts tables by a click.
{
  const links = new Map([...document.querySelectorAll("#sections a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let waiting = false;

  function mark() {
    waiting = false;
    const top = document.getElementById("sections").getBoundingClientRect().bottom + 32;
    const atEnd = scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const read = sections.filter((section) => section.getBoundingClientRect().top <= top);
    // The last sections may be too short to reach the top.
    const current = atEnd ? sections.at(-1) : read.at(-1) || sections[0];
    for (const [id, link] of links) {
      if (current && id === current.id) {
        if (link.getAttribute("aria-current")) continue;
        link.setAttribute("aria-current", "true");
        const row = link.parentElement;
        row.scrollTo({ left: link.offsetLeft - row.clientWidth / 2 + link.offsetWidth / 2 });
      } else link.removeAttribute("aria-current");
    }
  }

  function later() {
    if (!waiting) requestAnimationFrame(mark);
    waiting = true;
  }
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  mark();

  // What scrolls sideways has to be reached by key too.
  const boxes = document.querySelectorAll(".scroll");
  function reachable() {
    for (const box of boxes) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }
  addEventListener("resize", reachable);
  reachable();

  // A cell sorts by its first number, else by its text; empty cells stay last.
  function key(row, column) {
    const text = row.cells[column] ? row.cells[column].textContent.trim() : "";
    const number = text.replace(/,/g, "").replace("\u2212", "-").match(/^[<>\s]*(-?\d+(?:\.\d+)?)/);
    return { text, number: number && Number(number[1]) };
  }

  function sort(table, column, heading) {
    const down = heading.getAttribute("aria-sort") !== "descending";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, place) => ({ row, place, ...key(row, column) }));
    const numeric = rows.every((one) => !one.text || one.number !== null);
    rows.sort((a, b) => {
      const total = a.row.classList.contains("total") - b.row.classList.contains("total");
      if (total || !a.text || !b.text) return total || !a.text - !b.text || a.place - b.place;
      const order = numeric ? a.number - b.number : a.text.localeCompare(b.text);
      return (down ? -order : order) || a.place - b.place;
    });
    body.append(...rows.map((one) => one.row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    // A drawing has its figures beside it, which sort.
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const words = [...heading.childNodes].filter((node) => node.nodeName !== "svg");
      if (heading.classList.contains("chart") || !heading.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...words);
      heading.prepend(button);
      button.addEventListener("click", () => sort(table, column, heading));
    });
  }
}
