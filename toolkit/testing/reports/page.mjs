// The table of all tests: rows are made from the page's own JSON as they are asked for.
const STEP = 200;

const section = document.querySelector("#tests");
const body = section.querySelector("tbody");
const form = section.querySelector("form");
const more = section.querySelector("#more");
const status = section.querySelector("#shown");
const tests = JSON.parse(document.querySelector("#data").textContent);

let found = tests;
let shown = 0;

function cell(row, text, name) {
  const made = row.insertCell();
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function showMore() {
  for (const test of found.slice(shown, shown + STEP)) {
    const row = body.insertRow();
    cell(row, test.outcome, test.outcome);
    const name = cell(row, "");
    name.append(Object.assign(document.createElement("code"), { textContent: test.id }));
    if (test.reason) name.append(document.createElement("br"), test.reason);
    const place = cell(row, test.href ? "" : test.place);
    if (test.href) {
      place.append(
        Object.assign(document.createElement("a"), { href: test.href, textContent: test.place }),
      );
    }
    cell(row, test.seconds.toFixed(2), "number");
  }
  shown = Math.min(shown + STEP, found.length);
  more.hidden = shown === found.length;
  status.textContent = `${found.length} of ${tests.length} tests, ${shown} shown`;
}

function search() {
  const entries = new FormData(form);
  const words = entries.get("words").toLowerCase().split(/\s+/).filter(Boolean);
  const outcomes = new Set(entries.getAll("outcome"));
  found = tests.filter((test) => {
    const text = `${test.id} ${test.reason}`.toLowerCase();
    return outcomes.has(test.outcome) && words.every((word) => text.includes(word));
  });
  shown = 0;
  body.replaceChildren();
  showMore();
}

form.addEventListener("input", search);
form.addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", showMore);
section.hidden = false;
search();
