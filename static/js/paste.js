// Several cells pasted into a grid from a spreadsheet: the page that takes rows shows what they become, before anything
// is stored. One cell is pasted into its field as ever.

const token = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";

function field(name, value) {
  const input = document.createElement("textarea");
  input.name = name;
  input.value = value;
  return input;
}

function send(url, text) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  form.hidden = true;
  form.append(field("csrfmiddlewaretoken", token()), field("text", text), field("_preview", "1"));
  document.body.append(form);
  form.submit();
}

document.addEventListener("paste", (event) => {
  const grid = event.target.closest?.("[data-paste-url]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!grid || !/[\t\n]/.test(text.replace(/\s+$/, ""))) return;
  event.preventDefault();
  // The row in which it was pasted is not sent along: what was typed there is no part of the table.
  document.querySelectorAll("[data-grid] tr.is-dirty").forEach((row) => row.classList.remove("is-dirty"));
  send(grid.dataset.pasteUrl, text);
});
