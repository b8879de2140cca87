"use strict";
// What a page's browser shows, kept in the address: `#questions?category=fermi&question=fermi-01`. Works from file://.

/**
 * Keeps a flat object of strings in the address, so that reload, back and a copied link bring it back.
 * @param {string} section id of the part of the page that the state is of; it begins the hash.
 * @param {Object<string, string>} defaults every key with the value that is left out of the address.
 * @param {function(Object, boolean): void} changed is called with the new state, and whether the address was followed (a link,
 *   back, reload) and not changed by `set`.
 */
function urlState(section, defaults, changed) {
  const isOurs = () => location.hash === "#" + section || location.hash.startsWith("#" + section + "?");

  function read() {
    const parameters = new URLSearchParams(isOurs() ? location.hash.slice(section.length + 2) : "");
    return Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, parameters.get(key) ?? value]));
  }

  function hashOf(values) {
    const changedKeys = Object.keys(defaults).filter((key) => values[key] !== defaults[key]);
    const parameters = new URLSearchParams(changedKeys.map((key) => [key, values[key]]));
    return "#" + section + (changedKeys.length ? "?" + parameters : "");
  }

  // At another section's address the state is kept in the history's entry, so that back and reload bring it back there too.
  const kept = () => (isOurs() ? read() : history.state && history.state[section]);
  const keep = () => isOurs() || history.replaceState({ ...history.state, [section]: state }, "");
  let state = kept() || read();
  keep();

  function follow() { // a link was followed, or the reader went back or forward
    const known = kept();
    if (!known) return keep(); // a link to another section: nothing changes here
    state = known;
    return changed(state, isOurs());
  }
  addEventListener("popstate", follow);

  return {
    isOurs,
    get: () => ({ ...state }),
    /** Changes some keys. `replace` adds no step to the history: for what is still being typed. */
    set(values, { replace = false } = {}) {
      state = { ...state, ...values };
      const hash = hashOf(state);
      if (hash !== location.hash) history[replace ? "replaceState" : "pushState"](null, "", hash);
      changed(state, false);
    },
    /** The hash of the state with some keys changed: for the `href` of a link. */
    hash: (values) => hashOf({ ...state, ...values }),
  };
}

const TYPING_PAUSE = 150; // milliseconds until the next key is waited for no longer

/**
 * Calls back when fields of a form change: at once, and after a pause where something is being typed. A change within that pause
 * brings what was typed along, so that neither takes the other's place.
 * @param {HTMLFormElement} form its fields have names; blanks around a value are left out.
 * @param {function(Object, boolean): void} changed is called with `{ name: value }` of the changed fields, and whether all was typed.
 * @param {function(): void} cleared is called when the form is reset.
 */
function watchForm(form, changed, cleared) {
  let values = {};
  let waiting = 0;
  const taken = () => {
    clearTimeout(waiting);
    const all = values;
    values = {};
    return all;
  };
  form.addEventListener("input", ({ target }) => {
    values[target.name] = target.value.trim();
    clearTimeout(waiting);
    if (target.type === "search") waiting = setTimeout(() => changed(taken(), true), TYPING_PAUSE);
    else changed(taken(), false);
  });
  form.addEventListener("reset", () => {
    taken();
    cleared();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

/** Shows values in a form's fields. A field that says the same already is left alone: a blank that is being typed stays. */
function fillForm(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (field && field.value.trim() !== value) field.value = value;
  }
}

/** Copies the page's present address; `done` is called with whether that worked (a browser may refuse). */
async function copyAddress(done) {
  try {
    await navigator.clipboard.writeText(location.href);
    done(true);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: location.href });
    document.body.append(field);
    field.select();
    done(document.execCommand("copy"));
    field.remove();
  }
}

/** The rows of one page, from 1, and how many pages there are: `{ rows, page, pages }`; a page that is not there becomes the nearest. */
function pageOf(all, page, size) {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const place = Math.min(Math.max(1, Number.parseInt(page, 10) || 1), pages);
  return { rows: all.slice((place - 1) * size, place * size), page: place, pages };
}

/** Whether a key pressed belongs to a field, or to the browser's own shortcuts, and not to the page. */
function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable]") !== null;
}
