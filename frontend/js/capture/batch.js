// The batch: made with the first file, named in the URL so that coming back finds it, drawn by the server while it works.
import htmx from "htmx.org";
import { call } from "../lib/api.js";

const POLL_MS = 2000;

let pending = null;

export function ensureBatch(desk) {
  if (desk.dataset.batch) return Promise.resolve(desk.dataset.batch);
  pending ??= call("POST", "/api/v1/batches", { json: {} })
    .then(({ id }) => showBatch(desk, id))
    .finally(() => {
      pending = null;
    });
  return pending;
}

export function showBatch(desk, id) {
  desk.dataset.batch = id;
  desk.querySelector("[data-recent]")?.remove();
  history.replaceState(null, "", `/capture/batches/${id}`);
  poll(desk);
  return id;
}

// An upload becomes a record. The key makes a repeated call, after a line that broke too early, give the first answer again.
export async function makeRecord(desk, file, batchId) {
  const form = new FormData();
  const { student, case: caseId, kind } = desk.dataset;
  const parts = { upload_id: uploadId(file), batch_id: batchId, student_id: student, case_id: caseId, kind };
  for (const [name, value] of Object.entries(parts)) if (value) form.set(name, value);
  const record = await call("POST", "/api/v1/records", { form, headers: { "Idempotency-Key": parts.upload_id } });
  poll(desk);
  return record;
}

const uploadId = (file) => new URL(file.response?.uploadURL ?? file.tus.uploadUrl, location.href).pathname.split("/").pop();

let timer = 0;

export function startPolling(desk) {
  if (desk.dataset.batch) poll(desk);
}

async function poll(desk) {
  clearTimeout(timer);
  const cards = desk.querySelector("[data-cards]");
  if (!document.hidden) await htmx.ajax("GET", `/capture/batches/${desk.dataset.batch}/cards`, { target: cards, swap: "morph" });
  const working = Number(cards.querySelector("[data-pending]")?.dataset.pending ?? 1) > 0;
  clearTimeout(timer);
  if (working) timer = setTimeout(() => poll(desk), POLL_MS);
}
