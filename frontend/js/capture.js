// Capture: files come by drop, folder, camera or paste, go up by tus in pieces that survive a bad line, and become
// records of one batch. What the service has taken in is drawn by the server; what is still on its way, by us.
import { ApiError } from "./lib/api.js";
import { say } from "./lib/undo.js";
import { ensureBatch, makeRecord, showBatch, startPolling } from "./capture/batch.js";
import { UploadCards } from "./capture/cards.js";
import { takeFrom } from "./capture/sources.js";
import { makeUppy } from "./capture/uploads.js";

const desk = document.querySelector("[data-capture]");
const uppy = makeUppy(desk);
const cards = new UploadCards(desk.querySelector("[data-uploads]"), desk.querySelector("template"), {
  retry: (id) => (uppy.getFile(id)?.progress?.uploadComplete ? record(id) : uppy.retryUpload(id)),
  remove: (id) => uppy.removeFile(id),
});

startPolling(desk);

uppy.on("file-added", (file) => {
  cards.add(file);
  ensureBatch(desk).then((batch) => uppy.setFileMeta(file.id, { batch }), refused(file.id));
});
uppy.on("file-removed", (file) => cards.drop(file.id));
uppy.on("thumbnail:generated", (file, url) => cards.picture(file.id, url));
uppy.on("upload-progress", (file, { bytesUploaded, bytesTotal }) => file && cards.progress(file.id, bytesUploaded, bytesTotal));
uppy.on("upload-error", (file, error) => file && cards.fail(file.id, ...whyNot(error)));
uppy.on("upload-success", (file) => file && record(file.id));
uppy.on("restriction-failed", (file, error) => say(error.message, { seconds: 6 }));

// The page was closed in mid-upload: files come back from the browser's own store and go on where they stopped.
uppy.on("restored", () => {
  for (const file of uppy.getFiles()) {
    cards.add(file);
    if (file.isGhost) cards.fail(file.id, "浏览器没有留住这个文件，再选一次即可接着传。", false);
    else if (file.progress.uploadComplete) record(file.id);
    if (file.meta.batch && !desk.dataset.batch) showBatch(desk, file.meta.batch);
  }
  uppy.emit("restore-confirmed");
});

addEventListener("online", () => uppy.retryAll());
takeFrom(desk, uppy); // last: it may find files at once

async function record(id) {
  const file = uppy.getFile(id);
  cards.say(id, "登记……");
  try {
    await makeRecord(desk, file, await ensureBatch(desk));
    uppy.removeFile(id);
  } catch (error) {
    refused(id)(error);
  }
}

function refused(id) {
  return (error) => {
    if (error instanceof ApiError) cards.fail(id, error.message, error.status >= 500 || error.status === 429);
    else if (error instanceof TypeError) cards.fail(id, "网络断开，文件还在这台电脑上。接通后按「再传」。", true);
    else throw error;
  };
}

// [words, whether trying again can help]: what the server said if it said anything, otherwise the line broke.
function whyNot(error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  if (status < 400 || status >= 500) return ["上传中断，已传的部分还在。线路恢复后自动或按「再传」继续。", true];
  return [detailIn(answer.getBody()) ?? `服务器没有收下（${status}）。`, status === 429];
}

function detailIn(body) {
  try {
    return JSON.parse(body).detail;
  } catch {
    return null;
  }
}
