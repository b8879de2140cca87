// The form by which a page is left; most pages have none.
export const form = () => document.getElementById("leave");
export const areas = () => [...document.querySelectorAll("#leave textarea")];
export const leaving = () => form()?.getAttribute("aria-busy") === "true";

// While the text is under way nothing can be typed that would be neither here nor there.
export function hold(on) {
  form()?.setAttribute("aria-busy", on);
  for (const area of areas()) area.readOnly = on;
}
