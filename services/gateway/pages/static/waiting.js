// Says on every page what is still on this phone, and sends it from there: no one page has to stay open. What somebody took
// for another person goes to that person alone, and says so.

import { all, ownedBy } from "./queue.js";

const ARRIVED = "amtsbote.arrived";
const GRAVEST = ["failed", "network", "busy", "sending"];

let sending;

export function goOn() {
  sayArrived();
  if (document.querySelector("[data-take]")) return; // what takes pages sends all of them
  look();
  for (const back of ["online", "pageshow"]) addEventListener(back, look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}

// Also later: another tab may have taken pages, and been closed.
async function look() {
  if (sending?.items.length) return;
  await ownedBy(document.body.dataset.device);
  if (!(await all()).length) return;
  const { Sending } = await import("./sending.js");
  sending ??= new Sending(wordsOf(), { ...elsewhere, changed: () => draw(sending) });
  sending.restore(document.body.dataset.device);
}

export function wordsOf() {
  return part("words").dataset;
}

// What is told of pages that were not taken for whom this page is about.
export const elsewhere = {
  began(item, row) {
    part("elsewhere").append(row);
    if (item.picture) row.querySelector("img").src = item.picture;
  },
  arrived(item, page) {
    if (page) sayArrived(item.page);
  },
};

export function draw({ items: every, elsewhere: items }) {
  const state = GRAVEST.find((one) => items.some((item) => item.state === one));
  part("queued").hidden = !items.length;
  part("count").textContent = items.length;
  part("all").textContent = state ? wordsOf()[`all${state[0].toUpperCase()}${state.slice(1)}`] : "";
  if (state === "failed") part("queue").querySelector("details").open = true;
  document.querySelectorAll("[data-still-here]").forEach((one) => (one.hidden = !every.length));
  reveal();
}

function part(name) {
  return document.querySelector(`[data-${name}]`);
}

function reveal() {
  part("queue").hidden = part("queued").hidden && !part("arrived").children.length;
}

// What arrived is not handed in yet: that wants a look and a press. Every page of this tab says so until one has looked.
function sayArrived(page) {
  const kept = JSON.parse(sessionStorage.getItem(ARRIVED) ?? "[]").filter((one) => one.path !== location.pathname);
  const path = page && new URL(page.to).pathname.replace(/\/uploads$/, "");
  if (page && !kept.some((one) => one.path === path)) kept.push({ path, name: page.name });
  sessionStorage.setItem(ARRIVED, JSON.stringify(kept));
  part("arrived").replaceChildren(...kept.map(rowOf));
  reveal();
}

function rowOf({ path, name }) {
  const row = part("arrived-row").content.firstElementChild.cloneNode(true);
  row.querySelector("a").href = path;
  row.querySelector("[data-for]").textContent = name ? wordsOf().for.replace("{name}", name) : "";
  return row;
}
