// Looking at a sample: A passes, 1–6 name the fault, W counts misread letters; a line in focus is shown on the paper.
import { papers, startPapers } from "./paper/viewer.js";

startPapers();

document.addEventListener("focusin", (event) => {
  const line = event.target.closest("[data-line]");
  if (line) papers()?.focus(line.dataset.record, Number(line.dataset.page), line.dataset.line);
});
