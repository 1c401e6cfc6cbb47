"use strict";
// Comfort only: the page is complete without it. Texts are read and written as text alone.
(function () {
const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
const made = (name, kind, text) => {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text) element.textContent = text;
  return element;
};
const plural = (count, word) => count.toLocaleString("en") + " " + word + (count === 1 ? "" : "s");
{% include "page.js" %}
{% include "findings.js" %}
})();
