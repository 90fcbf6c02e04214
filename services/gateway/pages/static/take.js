// Takes pictures one after the other and sends each at once; the next can be taken while the last is on its way, and all
// of them while there is no network.

import { afterSwap, change, refresh, say } from "./fragment.js";
import { Sending } from "./sending.js";
import { hasCamera } from "./video.js";
import { draw, elsewhere, wordsOf } from "./waiting.js";

const previews = new Map();

function takePages() {
  const box = document.querySelector("[data-take]");
  const here = { to: box.dataset.url, name: box.dataset.name };
  const told = { began, arrived, changed: () => (guardSending(), draw(sending)) };
  const sending = new Sending({ ...wordsOf(), ...box.dataset }, told, here);
  let replaces = null;
  const filming = hasCamera(); // then through a page of ours; else the phone's own camera app takes the picture
  let kind = document.getElementById("kind")?.value ?? "";

  box.hidden = false;
  document.querySelector("[data-plain]").hidden = true;
  box.querySelectorAll("[data-pick]").forEach((button) => {
    button.addEventListener("click", () => pick(button.dataset.pick, null));
  });
  box.querySelectorAll("[data-source]").forEach((input) => input.addEventListener("change", () => take(input)));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-retake]");
    if (!link) return;
    event.preventDefault();
    pick(link.dataset.from ?? "camera", link.dataset.retake);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "change") {
      event.preventDefault();
      change("draft", event.target, event.submitter);
    } else if (event.submitter?.name !== "language" && sending.underWay) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => sending.unkept && event.preventDefault());
  addEventListener("online", () => {
    document.querySelector("[data-offline]")?.remove();
    refresh("draft");
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "kind") kind = event.target.value;
  });
  afterSwap(() => (showPreviews(), keepKind(), guardSending()));
  sending.restore(document.body.dataset.device);

  async function pick(source, page) {
    if (source === "camera" && (await filming)) return location.assign(page ? `${box.dataset.filming}?retake=${page}` : box.dataset.filming);
    replaces = page;
    box.querySelector(`[data-source=${source}]`).click();
  }

  function take(input) {
    for (const file of input.files) sending.add(file, replaces, Number(box.dataset.limit));
    replaces = null;
    input.value = "";
  }

  function began(item, row) {
    if (sending.isHere(item)) show(item, row);
    else elsewhere.began(item, row);
  }

  async function arrived(item, page) {
    if (!sending.isHere(item)) return elsewhere.arrived(item, page);
    if (page) previews.set(page, item.picture);
    await refresh("draft");
    say(document.getElementById("draft-heading")?.textContent ?? "");
  }

  function keepKind() {
    const select = document.getElementById("kind");
    if (select) select.value = kind;
  }

  function guardSending() {
    const button = document.getElementById("hand-over");
    if (!button) return;
    button.disabled = sending.underWay > 0;
    document.querySelector("[data-unsent]").hidden = !sending.underWay;
  }
}

function show(item, row) {
  document.querySelector("[data-local]").append(row);
  if (item.picture) row.querySelector("img").src = item.picture;
  row.scrollIntoView({ block: "nearest" });
}

function showPreviews() {
  document.querySelectorAll("img[data-preview]").forEach((image) => {
    const picture = previews.get(image.dataset.preview);
    if (!picture) return;
    image.src = picture;
    image.hidden = false;
    image.nextElementSibling.hidden = true;
  });
}

takePages();
