// The next page, fetched and drawn behind the present one, paper and all, so that going on takes no time. Pages of
// papers are never stored by the browser; this copy lives in the open tab alone.
import htmx from "htmx.org";
import { bringForward, openPapers } from "../paper/viewer.js";

let ahead = null;

export async function prepare(url) {
  if (!url || ahead) return;
  const response = await fetch(url, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = document.adoptNode(page.querySelector("main"));
  main.removeAttribute("id");
  main.inert = true;
  main.classList.add("content--ahead");
  document.querySelector("#content").after(main);
  ahead = { url: new URL(url, location.href).href, main, page, viewer: openPapers(main) };
}

// Brings the prepared page to the front if it is the one asked for.
export function goAhead(url) {
  if (ahead?.url !== new URL(url, location.href).href) return false;
  const { main, page, viewer } = ahead;
  ahead = null;
  document.querySelector("#content").remove();
  main.id = "content";
  main.inert = false;
  main.classList.remove("content--ahead");
  document.querySelector(".trail").replaceWith(document.adoptNode(page.querySelector(".trail")));
  document.title = page.title;
  history.pushState(null, "", url);
  bringForward(viewer);
  htmx.process(main);
  main.focus({ preventScroll: true });
  return true;
}

addEventListener("popstate", () => location.reload());
