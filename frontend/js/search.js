// Search: arrows walk the hits, the paper at the right follows, Enter opens.
import { bind } from "./lib/keyboard.js";
import { startPapers } from "./paper/viewer.js";

const viewer = startPapers();
const hits = () => [...document.querySelectorAll("[data-hit]")];
let shown = null;

function show(hit) {
  if (!hit || hit === shown) return;
  shown?.removeAttribute("aria-current");
  shown = hit;
  hit.setAttribute("aria-current", "true");
  hit.scrollIntoView({ block: "nearest" });
  const paper = JSON.parse(hit.dataset.hit);
  if (paper) viewer?.replace([paper], { page: paper.page, id: paper.boxes[0]?.id });
}

function walk(step) {
  const all = hits();
  if (!all.length) return false;
  const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(shown) + step))];
  show(next);
  next.querySelector("a").focus({ preventScroll: true });
}

bind("ArrowDown", "下一条", () => walk(1));
bind("ArrowUp", "上一条", () => walk(-1));
bind("Enter", "打开这一条", (event) => {
  if (event.target.closest("a, button, summary") || !shown) return false;
  shown.querySelector("a").click();
});

document.addEventListener("focusin", (event) => show(event.target.closest("[data-hit]")));
document.addEventListener("pointerdown", (event) => show(event.target.closest("[data-hit]")));
show(hits()[0]);
