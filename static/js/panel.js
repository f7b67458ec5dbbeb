// The panel beside a matrix: it takes the focus when it opens, Escape closes it and gives the focus back to its figure.
// In the matrix the arrows move from figure to figure.

const slot = document.getElementById("panel");
let opener = null;

function mark(link) {
  for (const cell of document.querySelectorAll("[data-matrix] td.is-open")) cell.classList.remove("is-open");
  link?.closest("td")?.classList.add("is-open");
}

function close() {
  const panel = slot?.querySelector(".panel");
  if (!panel) return;
  const key = panel.dataset.panelOpen;
  const back = opener ?? document.querySelector(`[data-panel="${CSS.escape(key ?? "")}"]`);
  slot.replaceChildren();
  mark(null);
  const url = new URL(window.location.href);
  url.searchParams.delete("panel");
  window.history.pushState({}, "", url);
  back?.focus();
  opener = null;
}

function step(link, key) {
  const cell = link.closest("td");
  const row = cell.parentElement;
  const column = [...row.children].indexOf(cell);
  const rows = [...row.closest("table").querySelectorAll("tbody tr, tfoot tr")];
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  let at = rows.indexOf(row);
  let place = column;
  for (;;) {
    at += down;
    place += right;
    const target = rows[at]?.children[place];
    if (!target) return;
    const found = target.querySelector("a");
    if (found) {
      found.focus();
      return;
    }
  }
}

if (slot) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-matrix] a[data-panel]");
    if (link) opener = link;
    if (event.target.closest("[data-panel-close]")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
    const link = event.target.closest?.("[data-matrix] a");
    if (link && event.key.startsWith("Arrow")) {
      event.preventDefault();
      step(link, event.key);
    }
  });
  slot.addEventListener("htmx:afterSwap", () => {
    slot.querySelector(".panel")?.focus();
    mark(opener);
  });
}
