// What has nothing to do with findings: age, copying, sorting of the overview, paper.
const stale = document.getElementById("stale");
const until = stale ? Date.parse(stale.dataset.until) : NaN;
if (stale && until < Date.now()) {
  stale.hidden = false;
  document.title = "STALE · " + document.title;
}

const copied = (text, place) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(place);
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("refused"));
};
const addCopy = (root) => {
  for (const place of all(".command, .fix .said", root)) {
    const inside = place.tagName === "PRE" ? place.previousElementSibling : place.parentElement;
    if (inside.querySelector(".copy") && place.tagName !== "CODE") continue;
    const button = made("button", "copy", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", place.matches(".said") ? "Copy the fix" : "Copy the command");
    button.addEventListener("click", () => copied(place.textContent.trim(), place).then(
      () => { button.textContent = "Copied"; },
      () => { button.textContent = "Select and copy by hand"; },
    ));
    if (place.tagName === "PRE") inside.append(button); else place.after(button);
  }
};
addCopy(document);

const RANKS = ["FAIL", "ERROR", "NOT RUN", "PENDING", "WARN", "SKIPPED", "PASS"];
const cellValue = (row, index) => {
  const cell = row.cells[index];
  const text = cell.textContent.trim();
  if (RANKS.includes(text)) return RANKS.indexOf(text);
  if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
  return text.toLowerCase();
};
const sortBy = (table, index, head) => {
  const down = head.getAttribute("aria-sort") === "ascending";
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
  const rows = Array.from(table.tBodies[0].rows).map((row) => ({ row, value: cellValue(row, index) }));
  rows.sort((a, b) => compare(a.value, b.value));
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  table.tBodies[0].append(...rows.map((each) => each.row));
};
for (const table of all("table.overview")) {
  Array.from(table.tHead.rows[0].cells).forEach((head, index) => {
    const button = made("button", "sort", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => sortBy(table, index, head));
    head.replaceChildren(button);
  });
}

let closed = [];
window.addEventListener("beforeprint", () => {
  closed = all("details:not([open]):not(.proof)");
  closed.forEach((e) => { e.open = true; });
});
window.addEventListener("afterprint", () => { closed.forEach((e) => { e.open = false; }); closed = []; });
