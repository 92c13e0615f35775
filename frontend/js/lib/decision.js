// A decision is one POST; the server answers with where to go next and how to take it back:
// {message, next_url, undo_url, undo_seconds}. The line of undo lives through the page change in sessionStorage.
import { ApiError, call } from "./api.js";
import { say } from "./undo.js";

const KEPT = "decided";

let show = () => false;

// `go(url)` may show a page that is already there, and says whether it did.
export function moveOnBy(go) {
  show = go;
}

// Started with the keys, not with the page's own module: a key pressed in between must not send the form bare.
export function startDecisions() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-decision]");
    if (!form) return;
    event.preventDefault();
    decide(form, event.submitter);
  });
}

async function decide(form, submitter) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const answer = await call("POST", form.getAttribute("action"), { form: new FormData(form, submitter) });
    sessionStorage.setItem(KEPT, JSON.stringify({ ...answer, at: Date.now() }));
    if (show(answer.next_url)) sayWhatWasDecided();
    else location.assign(answer.next_url);
  } catch (error) {
    delete form.dataset.busy;
    if (!(error instanceof ApiError) && !(error instanceof TypeError)) throw error;
    say(error instanceof ApiError ? error.message : "网络断开，决定没有送出。接通后再按一次。");
  }
}

// Called by every page when it loads: after the last case one lands on a list, and may still take back.
export function sayWhatWasDecided() {
  const kept = sessionStorage.getItem(KEPT);
  if (!kept) return;
  sessionStorage.removeItem(KEPT);
  const { message, undo_url: undoUrl, undo_seconds: seconds = 10, at } = JSON.parse(kept);
  const left = seconds - (Date.now() - at) / 1000;
  if (left > 0) say(message, { seconds: left, undo: undoUrl ? () => takeBack(undoUrl) : null });
}

async function takeBack(url) {
  try {
    const { next_url: next } = await call("POST", url);
    location.assign(next);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say(error.message);
  }
}
