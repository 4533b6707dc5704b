/**
 * Makes an element. Whatever comes from Flagsmith is only ever set as text or as an attribute's value, so that no name can
 * become markup: nothing on this page sets innerHTML.
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

/** The same for a drawing. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Characters of a name that are shown; the rest is in its title. */
const MOST_SHOWN = 80;

/** A name that somebody chose, cut if it is long: Flagsmith takes two thousand characters. */
export function named(text) {
  if (text.length <= MOST_SHOWN) return text;
  return el("span", { title: text.slice(0, 1_000) }, `${text.slice(0, MOST_SHOWN - 1)}…`);
}

export const byId = (id) => document.getElementById(id);

/** What is there, but for the times, which run by themselves. */
const shapeOf = (element) => element.innerHTML.replace(/(<time[^>]*>)[^<]*/g, "$1");

/** Puts new content in place and leaves it alone if it is the same, so that focus, scrolling and selection stay. */
export function show(place, content) {
  const made = el("div", {}, content);
  if (shapeOf(place) === shapeOf(made)) return;
  const top = place.scrollTop;
  place.replaceChildren(...made.childNodes);
  place.scrollTop = top;
}
