// The text layer: what was read, line by line; pressing a line shows its place on the paper.
import { call } from "../lib/api.js";

const UNSURE_BELOW = 0.85;

export async function fillWords(pane, recordId, { reading, onLine }) {
  if (pane.dataset.record === recordId) return;
  pane.dataset.record = recordId;
  pane.replaceChildren(paragraph("正在取识别文本……"));
  try {
    const transcript = await call("GET", `/api/v1/records/${encodeURIComponent(recordId)}/transcript?${new URLSearchParams(reading)}`);
    pane.replaceChildren(...transcript.pages.flatMap((page) => pageElements(page, onLine)));
    if (!transcript.pages.length) pane.replaceChildren(paragraph("这件材料没有识别文本。"));
  } catch (error) {
    delete pane.dataset.record;
    pane.replaceChildren(paragraph(error.message));
  }
}

function pageElements({ no, lines }, onLine) {
  const head = document.createElement("h2");
  head.textContent = `第 ${no} 页`;
  return [head, ...lines.map((line) => lineElement(no, line, onLine))];
}

function lineElement(no, { text, box, confidence }, onLine) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "paper__line";
  if (confidence !== null && confidence < UNSURE_BELOW) {
    button.classList.add("paper__line--unsure");
    button.title = `识别把握 ${Math.round(confidence * 100)} %`;
  }
  button.textContent = text;
  button.addEventListener("click", () => onLine(no, box));
  return button;
}

function paragraph(text) {
  const element = document.createElement("p");
  element.className = "quiet";
  element.textContent = text;
  return element;
}
