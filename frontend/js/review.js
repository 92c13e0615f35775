// The review: Tab walks the claims and the paper follows; A accepts, R returns with numbered reasons, C confirms a value
// read from paper, J and K walk the cases. The next case stands ready behind this one, so that J answers at once.
import { goAhead, prepare } from "./lib/ahead.js";
import { ApiError, call } from "./lib/api.js";
import { moveOnBy } from "./lib/decision.js";
import { bind } from "./lib/keyboard.js";
import { say } from "./lib/undo.js";
import { papers, startPapers } from "./paper/viewer.js";

const find = (selector) => document.querySelector(`#content ${selector}`);
const reasons = () => find("[data-reasons]");
const returning = () => Boolean(reasons() && !reasons().hidden);
const nextLink = () => find('[data-key="J"][href]');

startPapers();
moveOnBy(goOn);
prepareNext();

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-field][data-record]");
  if (row) papers()?.focus(row.dataset.record, Number(row.dataset.page), row.dataset.field);
});

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-confirm]")) confirmField(target.closest("[data-field]"));
  if (target.closest("[data-open-reasons]")) openReasons();
  if (target.closest("[data-close-reasons]")) closeReasons();
  const named = target.closest("[data-show-paper]");
  if (named && !named.closest("[data-paper]")) papers()?.showPaper(named.dataset.showPaper);
  const link = target.closest('[data-key="J"][href]');
  if (link && goOn(link.href)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const reason = event.target.closest("[data-reason-record]");
  if (reason?.checked) papers()?.showPaper(reason.dataset.reasonRecord);
});

function goOn(url) {
  const gone = goAhead(url);
  if (gone) prepareNext();
  return gone;
}

function prepareNext() {
  const link = nextLink();
  if (link && document.querySelector(".work--review")) setTimeout(() => prepare(link.href), 400);
}

function openReasons() {
  reasons().hidden = false;
  reasons().querySelector("input:not([type=hidden])")?.focus();
}

function closeReasons() {
  reasons().hidden = true;
  find("[data-open-reasons]")?.focus();
}

async function confirmField(row) {
  if (!row?.matches("[data-confirmable]")) return;
  const { record, field, value } = row.dataset;
  try {
    await call("PUT", `/api/v1/records/${record}/fields/${field}`, { json: { value, reason: "与纸上一致" } });
    row.removeAttribute("data-confirmable");
    row.querySelector("[data-confirm]").replaceWith("已确认");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say(error.message);
  }
}

// While reasons are being chosen, numbers choose reasons; otherwise they choose papers.
for (let number = 1; number <= 9; number += 1) {
  bind(String(number), number === 1 ? "看第 1–9 件材料；退回时选第 1–9 条理由" : "", () => {
    const all = returning() ? reasons().querySelectorAll("[data-reason-record]") : document.querySelectorAll("#content .paper [data-show-paper]");
    return all[number - 1] ? all[number - 1].click() : false;
  });
}

bind("C", "确认焦点所在的识别值", () => confirmField(document.activeElement.closest("[data-field]")));
bind("Escape", "", () => (returning() ? closeReasons() : false));
