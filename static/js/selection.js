// Chosen rows of a list: kept while one sorts, filters and turns pages; `x` chooses the current row.

const key = (form) => `selection:${form.dataset.selection}`;
const read = (form) => new Set(JSON.parse(sessionStorage.getItem(key(form)) ?? "[]"));

function write(form, chosen) {
  sessionStorage.setItem(key(form), JSON.stringify([...chosen]));
  show(form, chosen);
}

function show(form, chosen) {
  const boxes = [...document.querySelectorAll("[data-select]")];
  for (const box of boxes) {
    box.checked = chosen.has(box.value);
    box.closest("tr").classList.toggle("is-selected", box.checked);
  }
  const page = document.querySelector("[data-select-page]");
  if (page) page.checked = boxes.length > 0 && boxes.every((box) => box.checked);
  const count = form.querySelector("[data-selection-count]");
  count.hidden = chosen.size === 0;
  count.querySelector("[data-number]").textContent = String(chosen.size);
  form.querySelector("[data-select-none]").hidden = chosen.size === 0;
  // Rows of other pages have no box here: hidden fields send them along.
  const here = new Set(boxes.map((box) => box.value));
  form.querySelector("[data-kept]").replaceChildren(
    ...[...chosen].filter((pk) => !here.has(pk)).map((pk) => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "pk";
      field.value = pk;
      return field;
    }),
  );
}

function restore() {
  const form = document.getElementById("bulk-form");
  if (form) show(form, read(form));
}

document.addEventListener("change", (event) => {
  const form = document.getElementById("bulk-form");
  if (!form) return;
  const chosen = read(form);
  if (event.target.matches("[data-select]")) {
    if (event.target.checked) chosen.add(event.target.value);
    else chosen.delete(event.target.value);
  } else if (event.target.matches("[data-select-page]")) {
    for (const box of document.querySelectorAll("[data-select]")) {
      if (event.target.checked) chosen.add(box.value);
      else chosen.delete(box.value);
    }
  } else return;
  write(form, chosen);
});

document.addEventListener("click", (event) => {
  const form = document.getElementById("bulk-form");
  if (form && event.target.closest("[data-select-none]")) write(form, new Set());
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
  if (document.body.dataset.shortcuts === "off") return;
  const box = document.querySelector(".list-table tr.is-current [data-select]");
  if (!box) return;
  event.preventDefault();
  box.click();
});

// The choice is spent when the bulk page is sent for good; a preview, and Cancel, keep it.
document.addEventListener("submit", (event) => {
  const spent = event.target.querySelector("[data-selection-spent]");
  if (!spent || event.submitter?.name) return;
  sessionStorage.removeItem(`selection:${spent.dataset.selectionSpent}`);
});
document.addEventListener("htmx:afterSettle", restore);
restore();
