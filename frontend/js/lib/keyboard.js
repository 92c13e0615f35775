// One decision, one key. Anything with data-key is pressed (or, when it is an input, focused) by that key; modules
// bind the rest. Keys rest while someone types, composes Chinese, or holds a modifier. `?` lists what works here.

const bound = new Map();

export function bind(key, label, act) {
  bound.set(key, { label, act });
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => event.target.closest("[data-show-keys]") && showKeys());
}

export function isTyping(event) {
  if (event.isComposing || event.key === "Process") return true;
  const { target } = event;
  const typed = target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
  return Boolean(typed);
}

function onKey(event) {
  if (event.key === "Escape" && isTyping(event)) return event.target.blur();
  if (event.defaultPrevented || isTyping(event) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (name === "?") return take(event, showKeys);
  const binding = bound.get(name);
  if (binding) return binding.act(event) === false ? undefined : event.preventDefault();
  const element = visible(`[data-key="${CSS.escape(name)}"]`)[0];
  if (element) take(event, () => press(element));
}

function take(event, act) {
  event.preventDefault();
  act();
}

function press(element) {
  if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
  } else if (!element.disabled) {
    element.click();
  }
}

const visible = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.offsetParent && !one.closest("[inert]"));

function showKeys() {
  const dialog = document.querySelector("[data-keys]");
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  for (const element of visible("[data-key]")) addLine(list, element.dataset.key, element.dataset.keyLabel ?? labelOf(element));
  for (const [key, { label }] of bound) if (label) addLine(list, key, label);
  addLine(list, "?", "列出本页按键");
  dialog.showModal();
}

function labelOf(element) {
  const copy = element.cloneNode(true);
  for (const key of copy.querySelectorAll("kbd")) key.remove();
  return copy.textContent.trim();
}

const shown = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "空格" };

function addLine(list, key, label) {
  const term = document.createElement("dt");
  const kbd = document.createElement("kbd");
  const meaning = document.createElement("dd");
  kbd.textContent = shown[key] ?? key;
  term.append(kbd);
  meaning.textContent = label;
  list.append(term, meaning);
}
