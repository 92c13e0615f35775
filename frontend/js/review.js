// The review: Tab walks the claims and the paper follows; A accepts, R returns with numbered reasons, C confirms a value
// read from paper, J and K walk the cases. The next case is fetched beforehand, so that J answers at once.
import { ApiError, call } from "./lib/api.js";
import { decideThenMoveOn } from "./lib/decision.js";
import { bind } from "./lib/keyboard.js";
import { say } from "./lib/undo.js";
import { papers, startPapers } from "./paper/viewer.js";

startPapers();
decideThenMoveOn();

const reasons = document.querySelector("[data-reasons]");
const returning = () => Boolean(reasons && !reasons.hidden);

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-field][data-record]");
  if (row) papers()?.focus(row.dataset.record, Number(row.dataset.page), row.dataset.field);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-confirm]")) confirmField(event.target.closest("[data-field]"));
  if (event.target.closest("[data-open-reasons]")) openReasons();
  if (event.target.closest("[data-close-reasons]")) closeReasons();
});

document.addEventListener("change", (event) => {
  const reason = event.target.closest("[data-reason-record]");
  if (reason?.checked) papers()?.showPaper(reason.dataset.reasonRecord);
});

function openReasons() {
  reasons.hidden = false;
  reasons.querySelector("input")?.focus();
}

function closeReasons() {
  reasons.hidden = true;
  document.querySelector("[data-open-reasons]")?.focus();
}

async function confirmField(row) {
  if (!row?.matches("[data-confirmable]")) return;
  const { record, field, value } = row.dataset;
  try {
    await call("PUT", `/api/v1/records/${record}/fields/${field}`, { json: { value, reason: "与纸上一致" } });
    row.removeAttribute("data-confirmable");
    row.querySelector("[data-confirm]").replaceWith(Object.assign(document.createElement("span"), { className: "hint", textContent: "已确认" }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say(error.message);
  }
}

// While reasons are being chosen, numbers choose reasons; otherwise they choose papers.
for (let number = 1; number <= 9; number += 1) {
  bind(String(number), number === 1 ? "看第 1–9 件材料；退回时选第 1–9 条理由" : "", () => {
    const target = returning()
      ? reasons.querySelectorAll("[data-reason-record]")[number - 1]
      : document.querySelectorAll("[data-show-paper]")[number - 1];
    return target ? target.click() : false;
  });
}

bind("C", "确认焦点所在的识别值", () => confirmField(document.activeElement.closest("[data-field]")));
bind("Escape", "", () => (returning() ? closeReasons() : false));

const next = document.querySelector('[data-key="J"][href]');
if (next) addEventListener("load", () => requestIdleCallback?.(() => preload(next.href)));

// The page is fetched by the browser's own prefetch; its first picture goes into the cache, under the case it is read for.
function preload(href) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href, as: "document" }));
  const { firstImage, case: caseId } = next.dataset;
  if (firstImage) fetch(firstImage, { headers: { "X-Case": caseId } }).catch(() => null);
}
