// Theme and row height change at once; the form then stores them without leaving the page.

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-look]");
  const button = event.submitter;
  if (!form || !button?.name) return;
  event.preventDefault();
  document.documentElement.dataset[button.name] = button.value;
  for (const other of form.querySelectorAll(`[name="${button.name}"]`)) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  const body = new FormData(form, button);
  await fetch(form.action, { method: "POST", body, redirect: "manual" });
});
