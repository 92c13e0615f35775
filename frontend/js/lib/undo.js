// After a decision: one line for ten seconds, with a way back. Not a dialog, so that work goes on.
import { bind } from "./keyboard.js";

const region = () => document.querySelector("[data-undo]");
let timer = 0;

export function say(text, { undo = null, seconds = 10 } = {}) {
  const line = document.createElement("div");
  const words = document.createElement("span");
  line.className = "undo__line";
  words.textContent = text;
  line.append(words);
  if (undo) line.append(undoButton(undo));
  region().replaceChildren(line);
  clearTimeout(timer);
  timer = setTimeout(hush, seconds * 1000);
}

export function hush() {
  clearTimeout(timer);
  region().replaceChildren();
}

function undoButton(undo) {
  const button = document.createElement("button");
  const key = document.createElement("kbd");
  button.type = "button";
  button.className = "btn btn--small";
  button.dataset.undoNow = "";
  key.textContent = "U";
  button.append("撤销 ", key);
  button.addEventListener("click", () => {
    hush();
    undo();
  });
  return button;
}

bind("U", "撤销刚才的决定（10 秒内）", () => region().querySelector("[data-undo-now]")?.click());
