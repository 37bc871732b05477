// @ts-check
/**
 * Small ways to touch the document: find the hooks that the templates promise, make elements out of text, let a key reach what
 * scrolls. There is no other: nothing here or elsewhere on the page turns a string into markup.
 */

/**
 * @template {HTMLElement} T
 * @param {string} hook the value of data-hook
 * @param {new () => T} kind what the element must be
 * @returns {T}
 */
export function find(hook, kind) {
  const found = document.querySelector(`[data-hook="${hook}"]`);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} named ${hook}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | true>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * A part of a drawing, made as an element is.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 */
export function makeShape(tag, attributes, ...children) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, String(value));
  shape.append(...children);
  return shape;
}

/**
 * @param {string} label
 * @param {() => void} action
 * @param {Record<string, string | true>} attributes
 */
export function makeButton(label, action, attributes = {}) {
  const button = make("button", { type: "button", ...attributes }, label);
  button.addEventListener("click", action);
  return button;
}

/** Writing the same text again would make a live region speak again. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A box that scrolls sideways is reached by keyboard, as long as it does.
 * @param {HTMLElement} box @param {string} name
 * @returns {() => void} ends that
 */
export function reachByKey(box, name) {
  const observer = new ResizeObserver(() => {
    const scrolls = box.scrollWidth > box.clientWidth;
    for (const [attribute, value] of Object.entries({ tabindex: "0", role: "region", "aria-label": name })) {
      if (scrolls) box.setAttribute(attribute, value);
      else box.removeAttribute(attribute);
    }
  });
  observer.observe(box);
  return () => observer.disconnect();
}

/** @param {never} value @returns {never} */
export function unreachable(value) {
  throw new Error(`not expected: ${String(value)}`);
}
