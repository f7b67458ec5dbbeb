// What every HTMX request shares: a thin bar after 200 ms, aria-busy, short URLs, errors said aloud.

const line = document.getElementById("progress-line");
const live = () => document.getElementById("live");
let waiting = 0;
let timer;

function begin() {
  waiting += 1;
  if (waiting === 1) timer = setTimeout(() => { line.hidden = false; }, 200);
}

function end() {
  waiting = Math.max(0, waiting - 1);
  if (waiting === 0) {
    clearTimeout(timer);
    line.hidden = true;
  }
}

const isPoll = (element) => element?.matches?.("[data-job]");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isPoll(event.detail.elt)) return;
  begin();
  event.detail.target?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (isPoll(event.detail.elt)) return;
  end();
  event.detail.target?.setAttribute("aria-busy", "false");
});

// Empty fields do not belong into the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (!elt.closest("[data-strip-empty]")) return;
  for (const name of new Set([...parameters.keys()])) {
    const kept = parameters.getAll(name).filter((value) => value !== "");
    parameters.delete(name);
    for (const value of kept) parameters.append(name, value);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get" || !form.matches("[data-strip-empty]")) return;
  for (const field of form.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
  // A field that stays disabled after Back would be lost.
  setTimeout(() => { for (const field of form.elements) field.disabled = false; });
});

// A form that posts is sent once: the button is switched off while it runs, and on again when the page comes back.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

function complain(text) {
  const region = live();
  if (region) region.textContent = text;
  document.querySelector(".fragment-error")?.remove();
  const box = document.createElement("div");
  box.className = "message message-error fragment-error";
  box.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  document.getElementById("main").prepend(box);
}

document.addEventListener("htmx:responseError", (event) => {
  const texts = document.body.dataset;
  complain(document.body.getAttribute(`data-text-${event.detail.xhr.status}`) ?? texts.textError);
});
document.addEventListener("htmx:sendError", () => complain(document.body.dataset.textOffline));
document.addEventListener("htmx:afterSwap", () => document.querySelector(".fragment-error")?.remove());
