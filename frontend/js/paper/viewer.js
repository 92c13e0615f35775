// The paper and its tools: tabs, pages, rotation, zoom, two papers side by side, text. One per screen; other modules
// speak to it through `papers()`, and whatever is swapped beside it leaves it alone.
import { bind } from "../lib/keyboard.js";
import { PaperPane } from "./pane.js";
import { fillWords } from "./words.js";

let current = null;

export const papers = () => current;

export function startPapers(root = document) {
  current?.destroy();
  current = openPapers(root);
  return current;
}

// Opens the paper of a part of the page that is not in front yet; `bringForward` makes it the one the keys speak to.
export function openPapers(root) {
  const element = root.querySelector("[data-paper]");
  return element ? new PaperViewer(element) : null;
}

export function bringForward(viewer) {
  current?.destroy();
  current = viewer;
}

class PaperViewer {
  constructor(element) {
    const { papers: list, watermark: watermarkText, case: caseId, purpose } = element.dataset;
    this.element = element;
    this.list = JSON.parse(list);
    this.reading = { ...(caseId && { case: caseId }), ...(purpose && { purpose }) };
    this.options = { watermarkText, reading: this.reading, onPage: (pane) => this.#onPage(pane) };
    this.words = element.querySelector("[data-words]");
    this.panes = [this.#open(element.querySelector("[data-pane]"))];
    this.active = this.panes[0];
    element.addEventListener("click", (event) => this.#onClick(event));
    if (this.list.length) this.active.show(this.list[0]);
  }

  // Shows another set of papers in the same pane: a hit of a search, the next paper of the tray.
  replace(list, focus = null) {
    this.list = list;
    if (focus) this.focus(list[0].record_id, focus.page, focus.id);
    else this.active.show(list[0]);
  }

  focus(recordId, page, id) {
    const paper = this.list.find((one) => one.record_id === recordId);
    if (paper) this.active.focus(paper, page, id);
  }

  showPaper(recordId) {
    const paper = this.list.find((one) => one.record_id === recordId);
    if (paper) this.active.show(paper);
  }

  act(name) {
    acts[name](this);
  }

  destroy() {
    for (const pane of this.panes) pane.destroy();
  }

  toggleBeside() {
    if (this.panes.length === 2) {
      const second = this.panes.pop();
      second.destroy();
      second.element.remove();
      this.#activate(this.panes[0]);
    } else {
      const element = document.createElement("div");
      element.className = "paper__pane";
      this.panes[0].element.after(element);
      this.panes.push(this.#open(element));
      const here = this.list.indexOf(this.panes[0].paper);
      this.#activate(this.panes[1]);
      this.panes[1].show(this.list[(here + 1) % this.list.length]);
    }
    this.#press("beside", this.panes.length === 2);
  }

  toggleWords() {
    this.words.hidden = !this.words.hidden;
    this.#press("words", !this.words.hidden);
    if (!this.words.hidden) this.#fillWords();
  }

  #open(element) {
    const pane = new PaperPane(element, this.options);
    element.addEventListener("pointerdown", () => this.#activate(pane), true);
    return pane;
  }

  #activate(pane) {
    this.active = pane;
    for (const one of this.panes) one.element.classList.toggle("paper__pane--active", one === pane);
    if (pane.paper) this.#onPage(pane);
  }

  #onClick(event) {
    const tab = event.target.closest("[data-show-paper]");
    const tool = event.target.closest("[data-paper-act]");
    if (tab) this.showPaper(tab.dataset.showPaper);
    if (tool) this.act(tool.dataset.paperAct);
  }

  #onPage(pane) {
    if (!pane.paper || (this.active && pane !== this.active)) return;
    this.element.querySelector("[data-page-of]").textContent = pane.paper.pages.length ? `${pane.page} / ${pane.paper.pages.length}` : "没有页面";
    for (const tab of this.element.querySelectorAll("[data-show-paper]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.showPaper === pane.paper.record_id));
    }
    if (!this.words.hidden) this.#fillWords();
  }

  #fillWords() {
    const { paper } = this.active;
    fillWords(this.words, paper.record_id, { reading: this.reading, onLine: (page, box) => this.#showLine(paper, page, box) });
  }

  #showLine(paper, page, box) {
    const line = { id: "line", label: "", page, box, tone: "plain" };
    this.active.paper = { ...paper, boxes: [...paper.boxes.filter((one) => one.id !== "line"), line] };
    this.active.focus(this.active.paper, page, "line");
  }

  #press(act, pressed) {
    this.element.querySelector(`[data-paper-act="${act}"]`).setAttribute("aria-pressed", String(pressed));
  }
}

const acts = {
  previous: (viewer) => viewer.active.turn(-1),
  next: (viewer) => viewer.active.turn(1),
  left: (viewer) => viewer.active.rotate(-90),
  right: (viewer) => viewer.active.rotate(90),
  in: (viewer) => viewer.active.zoom(1.4),
  out: (viewer) => viewer.active.zoom(1 / 1.4),
  fit: (viewer) => viewer.active.fitWidth(),
  real: (viewer) => viewer.active.realSize(),
  beside: (viewer) => viewer.toggleBeside(),
  words: (viewer) => viewer.toggleWords(),
};

const keys = [
  ["ArrowLeft", "上一页", "previous"],
  ["ArrowRight", "下一页", "next"],
  ["+", "放大", "in"],
  ["=", "", "in"],
  ["-", "缩小", "out"],
  ["0", "适宽", "fit"],
  ["V", "两件并排", "beside"],
  ["T", "文字层", "words"],
];

for (const [key, label, name] of keys) bind(key, label, () => (current ? current.act(name) : false));
