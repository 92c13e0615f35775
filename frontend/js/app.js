// Loaded by every signed-in page: htmx with its token, the frame, the keys, lists.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { csrfToken } from "./lib/api.js";
import { sayWhatWasDecided, startDecisions } from "./lib/decision.js";
import { startFrame } from "./lib/frame.js";
import { startKeys } from "./lib/keyboard.js";
import { startLists } from "./lib/lists.js";
import { say } from "./lib/undo.js";

// hx-swap="morph": what has not changed stays where it is, with its focus and its loaded pictures.
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment) {
    if (style !== "morph") return false;
    return Idiomorph.morph(target, fragment.children, { morphStyle: "innerHTML" });
  },
});

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = csrfToken();
});

// A part that did not come: said in words, and what stands there stays.
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  say(status === 403 ? "您没有看这部分的权限。" : `这一部分没有取到（${status}）。已有的内容不受影响，稍后再试。`);
});
document.addEventListener("htmx:sendError", () => say("网络断开。已有的内容不受影响，接通后再试。"));

startFrame();
startDecisions();
startKeys();
startLists();
sayWhatWasDecided();
