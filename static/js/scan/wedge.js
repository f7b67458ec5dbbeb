// A wedge scanner types faster than anybody and ends with Enter. It is heard anywhere on the page, with or without focus;
// what it types into a field is taken out of it again.

const GAP = 60; // milliseconds between two signs; people need more
const LEAST = 3;
const GS = "\u001d";

const editable = (target) => (target?.matches?.("input:not([type=checkbox], [type=radio]), textarea") ? target : null);

function signOf(event) {
  // The separator of GS1 codes comes as Ctrl+] or F8, as the scanner is set up, or as the sign itself.
  if (event.ctrlKey) return event.key === "]" || event.code === "BracketRight" ? GS : "";
  if (event.key === "F8") return GS;
  return event.key.length === 1 ? event.key : "";
}

// Without `fields`, a field that has the focus keeps what is scanned into it.
export function listen(heard, { fields = true } = {}) {
  let text = "";
  let last = -Infinity;
  let field = null;
  let before = "";

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (!fields && event.target.closest?.("input, select, textarea, dialog, [contenteditable]")) return;
    const sign = signOf(event);
    const ends = event.key === "Enter" || event.key === "Tab";
    if (!sign && !ends) return;
    if (event.timeStamp - last > GAP) {
      text = "";
      field = editable(event.target);
      before = field?.value ?? "";
    }
    last = event.timeStamp;
    if (sign) {
      text += sign;
      if (text.length > 1 || !field) event.stopPropagation();
      if (text.length > 1 && !field) event.preventDefault();
      if (sign === GS) event.preventDefault();
      return;
    }
    const code = text;
    text = "";
    last = -Infinity; // the next sign begins anew, where the focus is by then
    if (code.length < LEAST) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (field) field.value = before;
    heard(code);
  }, true);
}
