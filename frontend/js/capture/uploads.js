// The uploader: Uppy without its screens; tus for the bytes, the browser's store for what a closed page leaves behind.
import Uppy from "@uppy/core";
import GoldenRetriever from "@uppy/golden-retriever";
import ThumbnailGenerator from "@uppy/thumbnail-generator";
import Tus from "@uppy/tus";
import { csrfToken } from "../lib/api.js";

const PIECE_BYTES = 4 * 1024 * 1024;
const KEPT_HOURS = 24;
const TRIES_AFTER_MS = [0, 1000, 3000, 5000, 10_000, 30_000];

const words = {
  strings: {
    exceedsSize: "%{file} 超过 %{size}，没有加入。扫描时降低分辨率，或拆成几件。",
    youCanOnlyUploadFileTypes: "只收这些格式：%{types}",
    noDuplicates: "%{fileName} 已经在列表里，没有重复加入。",
  },
};

export function makeUppy(desk) {
  const { accept, maxBytes } = desk.dataset;
  return new Uppy({
    id: "capture",
    autoProceed: true,
    allowMultipleUploadBatches: true,
    restrictions: { allowedFileTypes: accept.split(","), maxFileSize: Number(maxBytes) },
    locale: words,
  })
    .use(Tus, {
      endpoint: "/api/v1/uploads",
      chunkSize: PIECE_BYTES,
      limit: 3,
      retryDelays: TRIES_AFTER_MS,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRF-Token": csrfToken() },
      allowedMetaFields: ["name", "type"],
    })
    .use(ThumbnailGenerator, { thumbnailWidth: 240, waitForThumbnailsBeforeUpload: false })
    .use(GoldenRetriever, { expires: KEPT_HOURS * 3_600_000 });
}
