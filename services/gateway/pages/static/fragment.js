// Puts a part of the page that the server has made in the place of the old one; the focus stays where it was.
// One request after the other: what the server said earlier never covers what it said later.

const listeners = [];
let last = Promise.resolve();

export function afterSwap(listener) {
  listeners.push(listener);
}

document.body.addEventListener("htmx:afterSettle", () => {
  for (const listener of listeners) listener();
});

export function refresh(id) {
  return draw(id, (part) => ["GET", part.dataset.refresh]);
}

export function change(id, form, button) {
  return draw(id, () => ["POST", form.getAttribute("action"), { [button.name]: button.value }]);
}

export function say(words) {
  document.getElementById("said").textContent = words;
}

function draw(id, request) {
  const step = async () => {
    const part = document.getElementById(id);
    if (!part) return;
    const [verb, url, values] = request(part);
    await htmx.ajax(verb, url, { source: part, target: part, swap: "outerHTML", values });
  };
  last = last.then(step).catch(() => {}); // no answer: the next news or the next look draws it
  return last;
}
