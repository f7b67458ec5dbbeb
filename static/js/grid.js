// Lines of a document: Enter goes to the next field and from the last one saves and goes to a new row; arrows go up and
// down; Escape takes the field back; F4 copies the field above; leaving a changed row saves it.

const rowOf = (element) => element.closest?.("[data-grid] tbody tr");
const fieldsOf = (row) => [...row.querySelectorAll("td.editable input:not([type=hidden]), td.editable select")];
const formOf = (row) => row.querySelector("[data-line-form]");
const isDirty = (row) => row.classList.contains("is-dirty");
let focusNew = false;
let leaveFor = "";
let typedAhead = "";

// Who types faster than a new row is saved has begun the next one: what he types belongs to its first field.
function keepForNext(event, row) {
  if (!focusNew || !row.dataset.saving || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (event.key.length === 1) typedAhead += event.key;
  else if (event.key === "Backspace") typedAhead = typedAhead.slice(0, -1);
  else if (event.key !== "Tab" && event.key !== "Enter") return false;
  event.preventDefault();
  return true;
}

function save(row) {
  const form = formOf(row);
  if (!form || !isDirty(row) || row.dataset.saving) return;
  row.dataset.saving = "yes";
  form.requestSubmit();
}

function neighbour(row, step) {
  const rows = [...row.parentElement.querySelectorAll("tr[data-line]")];
  return rows[rows.indexOf(row) + step];
}

function moveDown(field, step) {
  const row = rowOf(field);
  const target = neighbour(row, step);
  if (!target) return;
  const next = fieldsOf(target)[fieldsOf(row).indexOf(field)];
  next?.focus();
  next?.select?.();
}

function enter(field) {
  const row = rowOf(field);
  const fields = fieldsOf(row);
  const next = fields[fields.indexOf(field) + 1];
  if (next) {
    next.focus();
    next.select?.();
    return;
  }
  if (row.dataset.line === "new") {
    focusNew = true;
    save(row);
  } else {
    const below = neighbour(row, 1);
    const first = below && fieldsOf(below)[0];
    if (first) first.focus();
    else save(row);
  }
}

document.addEventListener("input", (event) => rowOf(event.target)?.classList.add("is-dirty"));

document.addEventListener("focusin", (event) => {
  if (rowOf(event.target) && event.target.dataset && !("before" in event.target.dataset)) event.target.dataset.before = event.target.value ?? "";
});

document.addEventListener("focusout", (event) => {
  const row = rowOf(event.target);
  // Where the focus went is known only after this event.
  if (row) setTimeout(() => { if (!row.contains(document.activeElement)) save(row); });
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  const row = rowOf(field);
  if (!row || !field.matches("input, select") || keepForNext(event, row)) return;
  if (event.key === "Enter") {
    event.preventDefault();
    enter(field);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey && !field.matches("select, [list]")) {
    event.preventDefault();
    moveDown(field, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") {
    field.value = field.dataset.before ?? field.defaultValue;
  } else if (event.key === "F4") {
    const above = neighbour(row, -1);
    const source = above && fieldsOf(above)[fieldsOf(row).indexOf(field)];
    if (source) {
      event.preventDefault();
      field.value = source.value;
      row.classList.add("is-dirty");
    }
  } else if (event.ctrlKey && event.key === "Delete") {
    event.preventDefault();
    row.querySelector("[data-delete]")?.click();
  } else if (event.ctrlKey && event.key === "Insert") {
    event.preventDefault();
    const fresh = row.parentElement.querySelector("[data-line=new]");
    (fresh && fieldsOf(fresh)[0])?.focus();
  }
});

// A new row that is saved by its button is followed by the next new row, as after Enter.
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.detail.elt.matches("[data-line-form]") && rowOf(event.detail.elt);
  if (row && row.dataset.line === "new" && row.contains(document.activeElement)) focusNew = true;
});

// A link away from changed rows waits until they are saved, and stays where one is refused.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]:not([target]):not([download])");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const dirty = [...document.querySelectorAll("[data-grid] tr.is-dirty")].filter(formOf);
  if (!dirty.length) return;
  event.preventDefault();
  leaveFor = link.href;
  dirty.forEach(save);
});

document.addEventListener("htmx:afterSettle", () => {
  if (!leaveFor || document.querySelector("[data-grid] tr.is-dirty")) return;
  if (!document.querySelector("[data-grid] tr.has-error")) location.assign(leaveFor);
  leaveFor = "";
});

document.addEventListener("htmx:afterSettle", () => {
  // Suggestions that arrive meanwhile settle as well: the new row is there when none is being saved.
  if (!focusNew || document.querySelector("[data-grid] [data-line=new][data-saving]")) return;
  const fresh = document.querySelector("[data-grid] [data-line=new]:not(.has-error)");
  const first = fresh && fieldsOf(fresh)[0];
  first?.focus();
  if (first && typedAhead) {
    first.value = typedAhead;
    first.dispatchEvent(new Event("input", { bubbles: true }));
  }
  focusNew = false;
  typedAhead = "";
});

document.addEventListener("htmx:afterRequest", (event) => {
  const row = event.detail.elt.matches?.("[data-line-form]") && rowOf(event.detail.elt);
  if (!row) return;
  delete row.dataset.saving;
  if (event.detail.successful) return;
  focusNew = false;
  typedAhead = "";
});

// Rows without a form of their own are sent with the form around them: leaving by it loses nothing.
window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("[data-grid] tr.is-dirty")].some(formOf)) event.preventDefault();
});
