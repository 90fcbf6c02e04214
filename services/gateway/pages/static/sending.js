// Sends pages one after the other, in the order they were taken. Each is written down on the phone first, with the address it
// was taken for, and goes on where it stopped, under a key of its own: however often it is sent, and from whichever page of
// ours, it is one page, and never another person's.

import * as queue from "./queue.js";
import { shrunk } from "./shrink.js";
import { discard, transfer } from "./transfer.js";

const AGAIN_MS = 500;
const LONGEST_MS = 60_000;

export class Sending {
  // `here` is where pages are taken for, and for whom if not for oneself; a page that takes none has no `here`.
  constructor(words, told, here = {}) {
    this.here = { ...here, to: here.to && new URL(here.to, location).href };
    this.words = words;
    this.told = told;
    this.items = [];
    this.busy = false;
    this.taking = Promise.resolve();
    for (const back of ["online", "pageshow"]) addEventListener(back, () => this.resume());
    document.addEventListener("visibilitychange", () => document.hidden || this.resume());
  }

  // What is still on its way to us from here; what we refused never will be.
  get underWay() {
    return this.items.filter((item) => this.isHere(item) && !item.page.refused).length;
  }

  get elsewhere() {
    return this.items.filter((item) => !this.isHere(item));
  }

  isHere(item) {
    return item.page.to === this.here.to;
  }

  get unkept() {
    return this.items.some((item) => !item.page.id && !item.page.refused);
  }

  restore(mark) {
    this.taking = this.taking.then(() => this.bringBack(mark)).catch(() => {}); // nothing can be kept: nothing was
  }

  async bringBack(mark) {
    await queue.ownedBy(mark);
    const known = this.items.map((item) => item.page.id);
    for (const page of await queue.all()) if (!known.includes(page.id)) this.show(page);
    this.told.changed();
    this.next();
  }

  add(file, replaces, limit) {
    const item = this.show({ ...this.here, file, replaces, key: crypto.randomUUID?.() ?? uuid() });
    item.stuck = true; // until it is written down
    this.told.changed();
    this.taking = this.taking.then(() => this.take(item, limit));
  }

  async take(item, limit) {
    item.page.file = await shrunk(item.page.file);
    if (item.page.file.size > limit) return this.refuse(item, this.words.large);
    try {
      item.page.id = await queue.keep(item.page);
    } catch {
      // No room, or a private window: it is sent all the same, and closing the tab asks first.
    }
    item.stuck = false;
    this.next();
  }

  show(page) {
    const row = document.querySelector("[data-local-row]").content.firstElementChild.cloneNode(true);
    const item = { page, row, stuck: false, state: "sending" };
    item.picture = page.file.type.startsWith("image/") ? URL.createObjectURL(page.file) : null;
    row.querySelector("[data-again]").addEventListener("click", () => this.again(item));
    row.querySelector("[data-drop]").addEventListener("click", () => this.drop(item));
    if (page.name && !this.isHere(item)) row.querySelector("[data-for]").textContent = this.words.for.replace("{name}", page.name);
    this.items.push(item);
    this.say(item, this.words.waiting);
    if (page.refused) this.refuse(item, page.refused);
    this.told.began(item, row);
    return item;
  }

  async next() {
    if (this.busy) return;
    this.busy = true;
    await alone(async () => {
      for (let item; (item = this.items.find((one) => !one.stuck)); ) await this.send(item);
    });
    this.busy = false;
  }

  async send(item) {
    try {
      if (item.page.id && !(await queue.has(item.page.id))) return this.arrived(item); // another tab has sent it
      const page = await transfer(item.page.to, item.page, {
        began: (url) => this.note(item, url),
        progress: (share) => this.progress(item, share),
      });
      if (item.page.id) await queue.drop(item.page.id);
      this.arrived(item, page);
    } catch (problem) {
      if (problem.gone && item.page.url) await this.note(item, undefined);
      else if (problem.later) this.wait(item, problem.offline ? "network" : "busy");
      else if (problem.hopeless) await this.refuse(item, problem.words ?? this.words.failed);
      else this.stop(item, problem.words ?? this.words.failed);
    }
    this.told.changed();
  }

  arrived(item, page) {
    this.remove(item);
    this.told.arrived(item, page);
    this.told.changed();
  }

  async note(item, url) {
    item.page.url = url;
    if (item.page.id) await queue.keep(item.page);
  }

  progress(item, share) {
    const percent = Math.floor(share * 100);
    item.pause = AGAIN_MS;
    item.row.querySelector("progress").value = percent;
    this.say(item, `${this.words.sending} ${percent} %`);
  }

  wait(item, why) {
    this.stop(item, this.words[why], why);
    navigator.storage?.persist?.(); // ask the phone to keep it even if it runs short of space
    item.pause = Math.min((item.pause ?? AGAIN_MS) * 2, LONGEST_MS);
    item.later = setTimeout(() => this.again(item), item.pause);
  }

  stop(item, words, state = "failed") {
    item.stuck = true;
    item.state = state;
    this.say(item, words);
    item.row.querySelector("[data-failed]").hidden = false;
  }

  // Sending it again would not help: that can only be discarded, also after the app was closed.
  async refuse(item, words) {
    this.stop(item, words);
    item.row.classList.add("sheet--failed");
    item.row.querySelector("[data-again]").hidden = true;
    item.row.querySelector("[data-kept]").hidden = true;
    item.row.querySelector("[data-refused]").hidden = false;
    if (item.page.file.name) item.row.querySelector("[data-title]").textContent = item.page.file.name;
    item.page.refused = words;
    this.told.changed();
    if (item.page.id) await queue.keep(item.page);
  }

  again(item) {
    clearTimeout(item.later);
    item.later = null;
    item.stuck = false;
    item.state = "sending";
    item.row.querySelector("[data-failed]").hidden = true;
    this.say(item, this.words.waiting);
    this.told.changed();
    this.next();
  }

  async drop(item) {
    clearTimeout(item.later);
    this.remove(item);
    this.told.changed();
    if (item.page.id) await queue.drop(item.page.id);
    discard(item.page);
  }

  remove(item) {
    this.items.splice(this.items.indexOf(item), 1);
    item.row.remove();
  }

  resume() {
    for (const item of this.items) if (item.later) this.again(item);
  }

  say(item, words) {
    item.row.querySelector("[data-state]").textContent = words;
  }
}

// One tab at a time sends; where a page comes without TLS there are no locks, and the server sorts it out.
function alone(work) {
  return navigator.locks ? navigator.locks.request("amtsbote.sending", work) : work();
}

// Where a page comes without TLS there is no `randomUUID`.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
