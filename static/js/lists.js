// Lists: j and k move, Enter opens, a click on a row opens it, columns are moved up and down.

function openRow(row, newTab) {
  const url = row.dataset.href ?? row.querySelector("a[href]")?.href;
  if (!url) return;
  if (newTab) window.open(url, "_blank", "noopener");
  else window.location.assign(url);
}

document.addEventListener("click", (event) => {
  const row = event.target.closest(".list-table tbody tr");
  if (!row || event.target.closest("a, button, input, select, label, summary")) return;
  if (String(window.getSelection())) return;
  openRow(row, event.ctrlKey || event.metaKey);
});

export function moveRow(step) {
  const rows = [...document.querySelectorAll(".list-table tbody tr")];
  if (!rows.length) return;
  const current = rows.findIndex((row) => row.classList.contains("is-current"));
  const next = rows[Math.min(Math.max(current + step, 0), rows.length - 1)];
  rows[current]?.classList.remove("is-current");
  next.classList.add("is-current");
  const link = next.querySelector("a[href]");
  (link ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, [contenteditable], dialog") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.body.dataset.shortcuts === "off") return;
  const step = { j: 1, k: -1 }[event.key];
  if (step && document.querySelector(".list-table")) {
    event.preventDefault();
    moveRow(step);
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-column-list] [data-move]");
  if (!button) return;
  const item = button.closest("li");
  if (button.dataset.move === "up") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
});
