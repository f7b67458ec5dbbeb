// The command palette: Ctrl+K, arrows, Enter. The list comes from the server, by what the user may see.

const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const hits = document.getElementById("palette-hits");

function open(text = "") {
  if (!dialog || dialog.open) return;
  input.value = text;
  dialog.showModal();
  input.focus();
  window.htmx?.trigger(input, "palette-open");
}

function select(step) {
  const options = [...hits.querySelectorAll("a[role=option]")];
  if (!options.length) return;
  const current = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = options[(current + step + options.length) % options.length];
  options[current]?.setAttribute("aria-selected", "false");
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", next.id);
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.querySelector("[data-palette-open]")?.addEventListener("input", (event) => {
    const text = event.target.value;
    event.target.value = "";
    open(text);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      select(step);
    } else if (event.key === "Enter") {
      const chosen = hits.querySelector("a[aria-selected=true]");
      if (chosen) {
        event.preventDefault();
        chosen.click();
      }
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  hits.addEventListener("htmx:afterSwap", () => {
    input.setAttribute("aria-activedescendant", hits.querySelector("a[role=option]")?.id ?? "");
  });
}
