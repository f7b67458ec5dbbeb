// Drop-down menus close on a click outside and on Escape; sections remember whether they are open; toasts go away.

const menus = "details[data-menu]";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(`${menus}[open]`)) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(`${menus}[open]`);
  if (!open) return;
  event.stopPropagation();
  open.open = false;
  open.querySelector("summary").focus();
});

function restoreSections(root) {
  for (const section of root.querySelectorAll("details[data-remember]")) {
    const stored = localStorage.getItem(`section:${section.dataset.remember}`);
    if (stored) section.open = stored === "open";
    section.addEventListener("toggle", () => {
      localStorage.setItem(`section:${section.dataset.remember}`, section.open ? "open" : "closed");
    });
  }
}

function startToast(toast) {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), 8000); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
  start();
}

restoreSections(document);
for (const toast of document.querySelectorAll("[data-toast]")) startToast(toast);
document.querySelector("[data-autofocus]")?.focus();
