// Lists: filters that apply themselves, chosen lines, and rows that J and K or the arrows walk.

export function startLists() {
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
}

function onChange(event) {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form && event.target.matches("select, input[type=date]")) form.requestSubmit();
  if (event.target.matches("[data-choose-all]")) chooseAll(event.target);
  if (event.target.matches("[data-choose], [data-choose-all]")) countChosen();
}

function onClick(event) {
  if (!event.target.closest("[data-bulk-clear]")) return;
  for (const box of document.querySelectorAll("[data-choose], [data-choose-all]")) box.checked = false;
  countChosen();
}

function chooseAll(head) {
  for (const box of head.closest("table").querySelectorAll("[data-choose]")) box.checked = head.checked;
}

function countChosen() {
  const count = document.querySelectorAll("[data-choose]:checked").length;
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    bar.hidden = count === 0;
    bar.querySelector("[data-bulk-count]").textContent = String(count);
  }
}
