// Search, filter and order; and the findings for which the page had no room, made when asked for.
const tools = document.getElementById("tools");
const missing = document.getElementById("missing");
const island = document.getElementById("further");
const data = island ? JSON.parse(island.textContent) : { paths: [], rules: [] };
const MOST_SHOWN = 50; // so many matches are unfolded at once
const MORE = 100; // so many further findings one press of a button makes
const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const kindOf = (element) => {
  const part = element.closest("details.part");
  return part ? ["known", "waived", "fixed"].find((name) => part.classList.contains(name)) : "counted";
};
const gates = all("details.gate").map((element) => ({ element, state: element.dataset.state }));
const rules = all("details.rule").map((element) => ({
  element,
  gate: gates.find((gate) => gate.element === element.closest("details.gate")),
  part: element.closest("details.part"),
  kind: kindOf(element),
  list: element.querySelector(".findings"),
  severity: SEVERITIES.indexOf(element.dataset.severity),
  total: Number(element.dataset.total),
  place: (element.querySelector(".place") || element).textContent,
  state: "",
  further: [],
  next: 0,
  rows: null,
}));
const byAnchor = new Map(rules.map((rule) => [rule.element.id, rule]));
for (const [anchor, gate, waives, rows] of data.rules) {
  const rule = byAnchor.get(anchor);
  if (rule) Object.assign(rule, { further: rows, waives, anchor: gate });
}

// One further finding, as the template writes it.
const placeOf = (row) => (data.paths[row[0]] && row[1] ? data.paths[row[0]] + ":" + row[1] : data.paths[row[0]]);
const label = (word, tone) => made("span", "label " + tone, word);
const helped = (told, told_in) => {
  if (told.fix) {
    const fix = made("p", "fix text");
    fix.append(made("strong", "", "Fix"), " ", made("span", "said", told.fix));
    told_in.append(fix);
  }
  if (told.run) told_in.append(made("p", "soft", "Reproduce"), made("pre", "command", told.run));
};
const element = (rule, row) => {
  const [, , message, name, told = {}] = row;
  const place = placeOf(row);
  const item = made("li", place ? "" : "bare");
  if (name) item.id = rule.anchor + "-" + name;
  if (place) {
    const link = made("a", "place", place);
    if (name) link.href = "#" + item.id;
    item.append(link, " ");
  }
  const text = made("div", "told");
  if (told.state) text.append(label(told.state, told.state === "old" ? "soft" : "pending"), " ");
  if (told.label) text.append(label(told.label, told.label === "quarantined" ? "none" : "warn"), " ");
  text.append(made("span", "message", message));
  if (told.waiver) text.append(made("p", "soft", "waived by " + told.waiver));
  helped(told, text);
  item.append(text);
  if (name) {
    const digest = made("code", "digest");
    if (rule.waives && !told.stays) digest.append(made("span", "", "gatescore waive "));
    digest.append(name.slice(0, 12));
    item.append(" ", digest);
  }
  addCopy(item);
  return item;
};

// The button at the end of a rule.
const told = (rule) => { rule.button.textContent = "Show " + Math.min(MORE, rule.further.length - rule.next) + " more of " + plural(rule.further.length - rule.next, "finding"); };
const more = (rule) => {
  const end = Math.min(rule.next + MORE, rule.further.length);
  rule.list.append(...rule.further.slice(rule.next, end).map((row) => element(rule, row)));
  rule.next = end;
  rule.rows = null;
  if (end < rule.further.length) told(rule); else rule.button.remove();
};
for (const rule of rules) {
  if (!rule.further.length) continue;
  rule.button = made("button", "more");
  rule.button.type = "button";
  told(rule);
  rule.button.addEventListener("click", () => more(rule));
  rule.list.after(rule.button);
}
const furtherTold = document.getElementById("further-told");
if (furtherTold && island) furtherTold.hidden = false;

// The index is made once, when somebody first looks for something.
const read = (rule) => {
  if (rule.rows) return;
  const summary = rule.element.querySelector("summary");
  rule.head = summary.textContent.toLowerCase();
  rule.state = (summary.querySelector(".label") || { textContent: "" }).textContent;
  rule.rows = all("li", rule.list).filter((item) => item.parentElement === rule.list && !item.matches(".found")).map((item) => ({
    item,
    state: /^(new|old)$/.test(rule.state) ? rule.state : (item.querySelector(".label") || item.ownerDocument.createElement("i")).textContent,
    text: (item.textContent + " " + item.id).toLowerCase(),
  }));
};
const index = (rule) => {
  if (!rule.texts) rule.texts = rule.further.map((row) => (placeOf(row) + " " + row[2] + " " + row[3] + (row[4] ? " " + Object.values(row[4]).join(" ") : "")).toLowerCase());
};
const own = (gate) => {
  if (gate.own === undefined) {
    gate.own = [".head", ".reasons", ".lines", ".criteria", ".evidence", ".notes"].flatMap((name) => all(name, gate.element)).map((e) => e.textContent).join(" ").toLowerCase();
  }
  return gate.own;
};

const field = (name) => document.getElementById(name);
const wanted = () => ({
  text: field("filter-text").value.trim().toLowerCase(),
  gates: field("filter-state").value,
  kinds: field("filter-kind").value.split(" ").filter(Boolean),
  severity: Number(field("filter-severity").value),
});
const allows = (rule, state, want) => {
  if (!want.kinds.length) return true;
  if (want.kinds.includes(rule.kind)) return true;
  return rule.kind === "counted" && want.kinds.includes(state);
};
const unfolded = new Set(); // what the filter itself has opened
const shownBefore = new Set(); // rules with findings that the filter has made
let narrowed = false;

const matchesOf = (rule, want) => {
  if (rule.severity > want.severity) return { rows: [], further: [] };
  const whole = !want.text || rule.head.includes(want.text);
  const rows = rule.rows.map((row) => (whole || row.text.includes(want.text)) && allows(rule, row.state, want));
  const further = [];
  if (rule.next < rule.further.length) {
    index(rule);
    for (let at = rule.next; at < rule.further.length; at += 1) {
      const state = (rule.further[at][4] || {}).state || rule.state;
      if ((whole || rule.texts[at].includes(want.text)) && allows(rule, state, want)) further.push(at);
    }
  }
  return { rows, further };
};
const clearFound = () => {
  for (const rule of shownBefore) all(".found", rule.list).forEach((item) => item.remove());
  shownBefore.clear();
};
const showRule = (rule, want, room) => {
  read(rule);
  const { rows, further } = matchesOf(rule, want);
  let kept = 0;
  rule.rows.forEach((row, at) => { row.item.classList.toggle("out", !rows[at]); kept += rows[at] ? 1 : 0; });
  const count = kept + further.length;
  rule.element.classList.toggle("out", !count);
  if (count && want.narrows && room > 0) {
    const drawn = further.slice(0, Math.max(0, room - kept));
    if (drawn.length) {
      rule.list.append(...drawn.map((at) => { const item = element(rule, rule.further[at]); item.classList.add("found"); return item; }));
      shownBefore.add(rule);
    }
    if (!rule.element.open) { rule.element.open = true; unfolded.add(rule.element); }
  }
  if (rule.button) rule.button.classList.toggle("out", want.narrows);
  return count;
};
const filter = () => {
  const want = wanted();
  want.narrows = Boolean(want.text) || want.kinds.length > 0 || want.severity < 4;
  const before = new Set(unfolded);
  unfolded.clear();
  clearFound();
  for (const each of before) each.open = false;
  let room = MOST_SHOWN;
  let findings = 0;
  const kept = new Map(gates.map((gate) => [gate, 0]));
  const parts = new Set();
  for (const rule of rules) {
    if (!allowsGate(rule.gate, want)) continue;
    const count = showRule(rule, want, room);
    if (!count) continue;
    room -= count;
    kept.set(rule.gate, kept.get(rule.gate) + count);
    if (rule.part) parts.add(rule.part);
    if (rule.kind !== "fixed" || want.kinds.includes("fixed")) findings += count;
  }
  let shown = 0;
  for (const gate of gates) {
    const found = kept.get(gate) > 0 || (want.text ? !want.kinds.length && want.severity === 4 && own(gate).includes(want.text) : !want.narrows);
    const show = allowsGate(gate, want) && found;
    gate.element.classList.toggle("out", !show);
    shown += show ? 1 : 0;
    if (show && want.narrows && !gate.element.open && shown <= 20) { gate.element.open = true; unfolded.add(gate.element); }
    for (const part of all("details.part", gate.element)) {
      part.classList.toggle("out", want.narrows && !parts.has(part));
      if (want.narrows && parts.has(part) && !part.open) { part.open = true; unfolded.add(part); }
    }
  }
  for (const level of all("section.level")) level.classList.toggle("out", !level.querySelector("details.gate:not(.out)"));
  narrowed = want.narrows || want.gates !== "all";
  field("filter-told").textContent = narrowed ? shown + " of " + plural(gates.length, "gate") + ", " + plural(findings, "finding") : "";
};
const allowsGate = (gate, want) => want.gates === "all" || (want.gates === "open" ? gate.state !== "PASS" : want.gates.split(" ").includes(gate.state));

const ORDERS = {
  most: (a, b) => b.total - a.total,
  rule: (a, b) => a.element.id.localeCompare(b.element.id, "en"),
  place: (a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0),
  worst: () => 0,
};
const reorder = () => {
  const groups = new Map();
  for (const rule of rules) groups.set(rule.element.parentElement, [...(groups.get(rule.element.parentElement) || []), rule]);
  for (const [parent, mine] of groups) {
    if (mine.length < 2) continue;
    const mark = document.createComment("");
    mine.map((rule) => rule.element).reduce((first, each) => (first.compareDocumentPosition(each) & 2 ? each : first)).before(mark);
    const ordered = [...mine].sort(ORDERS[field("order").value]);
    for (const rule of ordered) mark.before(rule.element);
    mark.remove();
  }
};

// A link to a finding: open what it stands in, make it if it is a further one, or say that it is gone.
const sought = (name) => {
  for (const rule of rules) {
    if (!rule.anchor || !name.startsWith(rule.anchor + "-")) continue;
    const at = rule.further.findIndex((row, place) => place >= rule.next && rule.anchor + "-" + row[3] === name);
    if (at < 0) continue;
    rule.list.append(element(rule, rule.further[at]));
    rule.further.splice(at, 1);
    rule.texts = rule.rows = null;
    if (rule.next < rule.further.length) told(rule); else rule.button.remove();
    return document.getElementById(name);
  }
  return null;
};
// At once, and again when what lies above has got its height.
const show = (place) => {
  const scroll = () => place.scrollIntoView({ behavior: "instant" });
  scroll();
  requestAnimationFrame(() => requestAnimationFrame(scroll));
};
const reveal = () => {
  let name = "";
  try { name = decodeURIComponent(location.hash.slice(1)); } catch (error) { return; }
  if (!name) return;
  const place = document.getElementById(name) || sought(name);
  missing.hidden = Boolean(place);
  if (!place) {
    missing.textContent = "Nothing on this page has the address #" + name.slice(0, 200) + ": it may be mended, or be among what only scorecard.json holds.";
    show(missing);
    return;
  }
  for (let e = place; e; e = e.parentElement) {
    if (e.tagName === "DETAILS") e.open = true;
    e.classList.remove("out");
  }
  all(".sought").forEach((e) => e.classList.remove("sought"));
  place.classList.add("sought");
  show(place);
};

if (tools) {
  tools.hidden = false;
  for (const name of ["filter-state", "filter-kind", "filter-severity"]) field(name).addEventListener("change", filter);
  field("filter-text").addEventListener("input", filter);
  // A count at the top leads to the first such gate; of what follows only its like is shown.
  for (const link of all("[data-show]")) {
    const choice = all("option", field("filter-state")).find((option) => option.value.split(" ").includes(link.dataset.show));
    if (choice) link.addEventListener("click", () => { field("filter-state").value = choice.value; filter(); });
  }
  field("order").addEventListener("change", reorder);
  field("open-all").addEventListener("click", () => all("main details").forEach((e) => { e.open = true; }));
  field("close-all").addEventListener("click", () => all("main details").forEach((e) => { e.open = false; }));
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName || "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); field("filter-text").focus(); }
    if (event.key === "Escape" && event.target === field("filter-text")) { field("filter-text").value = ""; filter(); }
  });
}
window.addEventListener("hashchange", reveal);
if (location.hash) reveal();
// The index is made while nobody waits for it.
const indexed = () => { rules.forEach((rule) => { read(rule); index(rule); }); gates.forEach(own); };
window.addEventListener("load", () => setTimeout(indexed, 300));
