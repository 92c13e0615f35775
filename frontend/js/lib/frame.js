// The frame: menus, theme, rail, the list of keys, and the place one had in a list.

export function startFrame() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null));
  keepPlaces();
}

const acts = {
  "[data-toggle-theme]": () => flip("bsTheme", "theme", "dark", "light"),
  "[data-fold-rail]": () => flip("rail", "rail", "narrow", "wide"),
};

function onClick(event) {
  for (const [selector, act] of Object.entries(acts)) if (event.target.closest(selector)) act();
  closeMenus(event.target.closest("[data-menu]"));
}

function flip(attribute, key, one, other) {
  const { dataset } = document.documentElement;
  dataset[attribute] = dataset[attribute] === one ? other : one;
  localStorage.setItem(key, dataset[attribute]);
  document.dispatchEvent(new CustomEvent("theme"));
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
}

// A list keeps its place when one comes back to the same URL in this tab. Only a number is kept, nothing of a paper.
function keepPlaces() {
  for (const [index, pane] of [...document.querySelectorAll("[data-keep-place]")].entries()) {
    const key = `place:${location.pathname}${location.search}:${index}`;
    pane.scrollTop = Number(sessionStorage.getItem(key) ?? 0);
    addEventListener("pagehide", () => sessionStorage.setItem(key, String(pane.scrollTop)));
  }
}
