// Draws again what is marked with `data-refresh` when the server says that there is news, and now and then while
// something is pending: a stream may be held back on its way.

import { refresh } from "./fragment.js";

const TOGETHER_MS = 150;
const LOOK_AGAIN_MS = 10_000;

let waiting;

function drawAgain() {
  clearTimeout(waiting);
  waiting = setTimeout(() => document.querySelectorAll("[data-refresh]").forEach((part) => refresh(part.id)), TOGETHER_MS);
}

function drawPending(which = "[data-pending]") {
  if (document.querySelector(which)) drawAgain();
}

export function follow() {
  const url = document.body.dataset.live;
  if (!url || !document.querySelector("[data-refresh]")) return;
  let stream;
  const open = () => {
    stream = new EventSource(url);
    stream.addEventListener("open", () => drawPending("[data-pending], [data-moving]")); // what came between page and stream
    stream.addEventListener("news", drawAgain);
  };
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && (open(), drawAgain()));
  setInterval(() => drawPending(), LOOK_AGAIN_MS);
  open();
}
