// The boxes drawn over a page: one element each, its name on it when it disagrees or has the focus.

export function boxElement({ label, tone }, focused) {
  const element = document.createElement("div");
  element.className = `box box--${tone ?? "plain"}${focused ? " box--focus" : ""}`;
  if (label) {
    const name = document.createElement("span");
    name.className = "box__name";
    name.textContent = label;
    element.append(name);
  }
  return element;
}
