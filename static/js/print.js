// The print button of a document's sheet.

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
