"use strict";
// The filter. What it is set to stands in the address, so that a link to the page can say what to look at.

const form = document.querySelector("form");
const spaces = Array.from(document.querySelectorAll("details.space"), (element) => ({
  element,
  cluster: element.dataset.cluster,
  namespace: element.dataset.namespace,
  cards: Array.from(element.querySelectorAll("article"), (card) => ({
    element: card,
    broken: "broken" in card.dataset,
    text: `${element.dataset.namespace} ${card.textContent}`.toLowerCase(),
  })),
}));
const headings = Array.from(document.querySelectorAll("h2"));
const NAMES = ["cluster", "namespace", "text", "broken"];

function show() {
  const given = new FormData(form);
  const words = given.get("text").toLowerCase().split(/\s+/).filter(Boolean);
  const clusters = new Set();
  let shown = 0;
  let all = 0;
  for (const space of spaces) {
    const isMeant = ["cluster", "namespace"].every((name) => !given.get(name) || given.get(name) === space[name]);
    let seen = 0;
    for (const card of space.cards) {
      const isShown =
        isMeant && (card.broken || !given.get("broken")) && words.every((word) => card.text.includes(word));
      card.element.hidden = !isShown;
      seen += isShown;
    }
    space.element.hidden = !seen;
    if (seen) {
      clusters.add(space.cluster);
    }
    shown += seen;
    all += space.cards.length;
  }
  for (const heading of headings) {
    heading.hidden = !clusters.has(heading.dataset.cluster);
  }
  form.querySelector("output").value = `${shown} of ${all} Services shown`;
}

function remember() {
  const given = new URLSearchParams(new FormData(form));
  for (const name of NAMES) {
    if (!given.get(name)) {
      given.delete(name);
    }
  }
  history.replaceState(null, "", `#${given}`);
}

function recall() {
  const given = new URLSearchParams(location.hash.slice(1));
  form.elements.broken.checked = given.has("broken");
  for (const name of ["cluster", "namespace", "text"]) {
    const field = form.elements[name];
    if (field) {
      field.value = given.get(name) || "";
      // A namespace that no Service is in cannot be chosen.
      if (field.selectedIndex === -1) {
        field.selectedIndex = 0;
      }
    }
  }
  show();
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    show();
    remember();
  });
  addEventListener("hashchange", recall);
  recall();
}
