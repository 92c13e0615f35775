// Loaded by every signed-in page: htmx with its token, the frame, the keys, lists.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { csrfToken } from "./lib/api.js";
import { startFrame } from "./lib/frame.js";
import { startKeys } from "./lib/keyboard.js";
import { startLists } from "./lib/lists.js";

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

startFrame();
startKeys();
startLists();
