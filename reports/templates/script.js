"use strict";
// Comfort only: the page is complete without it. Texts are read and written as text alone.
(function () {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const stale = document.getElementById("stale");
  const until = stale ? Date.parse(stale.dataset.until) : NaN;
  if (stale && until < Date.now()) stale.hidden = false;

  const tools = document.getElementById("tools");
  const words = document.getElementById("filter-text");
  const state = document.getElementById("filter-state");
  const told = document.getElementById("filter-told");
  const gates = all("details.gate").map((element) => ({
    element,
    passed: element.dataset.state === "PASS",
    own: "",
    rows: null,
  }));
  const read = (gate) => {
    if (gate.rows) return;
    gate.rules = all("details.rule", gate.element);
    gate.parts = all("details.part", gate.element);
    gate.rows = all(".findings > li", gate.element).map((element) => {
      const rule = element.closest("details.rule");
      const part = element.closest("details.part");
      const head = rule.querySelector("summary").textContent;
      return { element, rule, part, gone: part !== null && part.matches(".fixed"), text: (head + " " + element.textContent).toLowerCase() };
    });
    const heads = [".head", ".reasons", ".lines", ".criteria", ".evidence", ".notes"];
    gate.own = heads.flatMap((name) => all(name, gate.element)).map((e) => e.textContent).join(" ").toLowerCase();
  };
  const filter = () => {
    const wanted = words.value.trim().toLowerCase();
    let shownGates = 0;
    let shownFindings = 0;
    for (const gate of gates) {
      read(gate);
      const own = gate.own.includes(wanted);
      const kept = new Set();
      for (const row of gate.rows) {
        const match = !wanted || row.text.includes(wanted);
        row.element.classList.toggle("out", !match);
        if (match) { kept.add(row.rule); kept.add(row.part); shownFindings += row.gone ? 0 : 1; }
      }
      for (const each of [...gate.rules, ...gate.parts]) {
        each.classList.toggle("out", !kept.has(each));
        if (wanted && kept.has(each)) each.open = true;
      }
      const show = (!wanted || own || kept.size > 0) && !(state.value === "open" && gate.passed);
      gate.element.classList.toggle("out", !show);
      if (show) shownGates += 1;
      if (show && wanted) gate.element.open = true;
    }
    for (const level of all("section.level")) {
      level.classList.toggle("out", !all("details.gate:not(.out)", level).length);
    }
    const narrowed = wanted || state.value !== "all";
    told.textContent = narrowed ? shownGates + " of " + gates.length + (gates.length === 1 ? " gate, " : " gates, ") + shownFindings + (shownFindings === 1 ? " finding" : " findings") : "";
  };
  if (tools) {
    tools.hidden = false;
    words.addEventListener("input", filter);
    state.addEventListener("change", filter);
    document.getElementById("open-all").addEventListener("click", () => all("main details").forEach((e) => { e.open = true; }));
    document.getElementById("close-all").addEventListener("click", () => all("main details").forEach((e) => { e.open = false; }));
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName || "");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); words.focus(); }
      if (event.key === "Escape" && event.target === words) { words.value = ""; filter(); }
    });
  }

  if (navigator.clipboard) {
    for (const block of all("pre.command")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.addEventListener("click", () => navigator.clipboard.writeText(block.textContent).then(
        () => { button.textContent = "Copied"; },
        () => { button.textContent = "Select and copy by hand"; },
      ));
      block.previousElementSibling.append(button);
    }
  }

  const reveal = () => {
    let place = null;
    try { place = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (error) { return; }
    if (!place) return;
    for (let e = place; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    place.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  let closed = [];
  window.addEventListener("beforeprint", () => { closed = all("details:not([open]):not(.proof)"); closed.forEach((e) => { e.open = true; }); });
  window.addEventListener("afterprint", () => { closed.forEach((e) => { e.open = false; }); closed = []; });
})();
