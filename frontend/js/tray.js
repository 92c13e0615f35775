// The tray: number keys take a candidate, N goes on, S looks a student up, X says another kind. The answer to a decision
// is the next paper; the line at the foot takes the last decision back.
import { bind } from "./lib/keyboard.js";
import { startPapers } from "./paper/viewer.js";

startPapers();

const take = (number) => document.querySelector(`[data-candidate="${number}"]:not([disabled])`);

for (let number = 1; number <= 5; number += 1) {
  bind(String(number), number === 1 ? "取第 1–5 位候选人" : "", () => (take(number) ? take(number).click() : false));
}
