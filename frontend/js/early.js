// Runs before the first paint: the theme and the width of the rail, as this browser last had them.
const root = document.documentElement;
const stored = localStorage.getItem("theme");
const dark = stored ? stored === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
root.dataset.bsTheme = dark ? "dark" : "light";
root.dataset.rail = localStorage.getItem("rail") ?? "wide";
root.dataset.script = "";
