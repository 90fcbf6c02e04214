// Pages on this phone, written down until they are with us: neither a closed tab nor a restart takes them away.

import { openDB } from "./idb.js";

const NAME = "amtsbote";
const PAGES = "pages";

let opening;

// Whoever signs in on this phone next has another mark, and never sees or sends what somebody else has taken.
export async function ownedBy(mark) {
  if (!mark || localStorage.getItem(NAME) === mark) return;
  await (await opened()).clear(PAGES);
  localStorage.setItem(NAME, mark);
}

export async function all() {
  return (await opened()).getAll(PAGES); // by number, so in the order they were taken
}

export async function keep(page) {
  return (await opened()).put(PAGES, page);
}

export async function has(id) {
  return (await (await opened()).count(PAGES, id)) > 0;
}

export async function drop(id) {
  return (await opened()).delete(PAGES, id);
}

function opened() {
  opening ??= openDB(NAME, 1, {
    upgrade: (database) => database.createObjectStore(PAGES, { keyPath: "id", autoIncrement: true }),
    blocking: (_old, _new, event) => (event.target.close(), (opening = undefined)), // signed out in another tab
    terminated: () => (opening = undefined),
  });
  return opening;
}
