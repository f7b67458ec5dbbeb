// Keys that work on every page. Single keys are off inside fields, and when the user switched them off.

const typing = (target) => target.closest?.("input, select, textarea, [contenteditable]");
let sequence = "";
let sequenceTimer;

function press(element) {
  if (!element) return false;
  if (element.matches("summary")) element.parentElement.open = true;
  else element.click();
  element.focus();
  return true;
}

function combination(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  parts.push(event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return parts.join("+");
}

function goTo(key) {
  sequence = `${sequence} ${key}`.trim();
  clearTimeout(sequenceTimer);
  sequenceTimer = setTimeout(() => { sequence = ""; }, 1200);
  const target = document.querySelector(`#menu-keys [data-keys="${CSS.escape(sequence)}"]`);
  if (target) window.location.assign(target.dataset.url);
  return Boolean(target);
}

function single(key) {
  if (sequence) return goTo(key);
  if (key === "g") return !goTo("g") && false;
  if (key === "?") {
    document.getElementById("keys")?.showModal();
    return true;
  }
  if (key === "/") {
    const search = document.getElementById("list-search") ?? document.querySelector("[data-palette-open]");
    search?.focus();
    search?.select();
    return Boolean(search);
  }
  return press(document.querySelector(`[data-key="${CSS.escape(key)}"]`));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.altKey) return;
  const wanted = combination(event);
  if (wanted.includes("+") || /^F\d/.test(event.key)) {
    const found = document.querySelector(`[data-shortcut="${CSS.escape(wanted)}"]`);
    if (found && press(found)) event.preventDefault();
    return;
  }
  if (typing(event.target) || event.target.closest?.("dialog") || document.body.dataset.shortcuts === "off") return;
  if (event.key.length === 1 && single(event.key)) event.preventDefault();
});
