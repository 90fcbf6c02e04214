// Puts a part of the page that the server has made in the place of the old one; the focus stays where it was.

const listeners = [];

export function afterSwap(listener) {
  listeners.push(listener);
}

document.body.addEventListener("htmx:afterSettle", () => {
  for (const listener of listeners) listener();
});

export function put(html, selector) {
  htmx.swap(selector, html, { swapStyle: "outerHTML" });
}

export function refresh(element) {
  return htmx.ajax("GET", element.dataset.refresh, { source: element, target: element, swap: "outerHTML" });
}

export function say(words) {
  document.getElementById("said").textContent = words;
}
