"use strict";
// The filter. What it is set to stands in the address, so that a link to the page can say what to look at.

const form = document.querySelector("form");
const findings = Array.from(document.querySelectorAll("details"), (element) => ({
  element,
  severity: element.dataset.severity,
  rule: element.dataset.rule,
  clusters: JSON.parse(element.dataset.clusters),
  text: element.textContent.toLowerCase(),
}));

function chosen() {
  const given = new FormData(form);
  return {
    severities: given.getAll("severity"),
    rule: given.get("rule"),
    cluster: given.get("cluster"),
    words: given.get("text").toLowerCase().split(/\s+/).filter(Boolean),
  };
}

function matches(finding, wanted) {
  return (
    wanted.severities.includes(finding.severity) &&
    (!wanted.rule || wanted.rule === finding.rule) &&
    (!wanted.cluster || finding.clusters.includes(wanted.cluster)) &&
    wanted.words.every((word) => finding.text.includes(word))
  );
}

function show() {
  const wanted = chosen();
  let shown = 0;
  for (const finding of findings) {
    finding.element.hidden = !matches(finding, wanted);
    shown += !finding.element.hidden;
  }
  form.querySelector("output").value = `${shown} of ${findings.length} shown`;
}

function remember() {
  const given = new URLSearchParams(new FormData(form));
  const boxes = form.querySelectorAll("[name=severity]");
  if (given.getAll("severity").length === boxes.length) {
    given.delete("severity");
  }
  for (const name of ["rule", "cluster", "text"]) {
    if (!given.get(name)) {
      given.delete(name);
    }
  }
  history.replaceState(null, "", `#${given}`);
}

function recall() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const box of form.querySelectorAll("[name=severity]")) {
    box.checked = !given.has("severity") || given.getAll("severity").includes(box.value);
  }
  for (const name of ["rule", "cluster", "text"]) {
    const field = form.elements[name];
    if (field) {
      field.value = given.get(name) || "";
      // A rule that no finding is of cannot be chosen.
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
