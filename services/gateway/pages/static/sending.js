// Sends files one after the other, in the order they were taken; each under a key of its own, so that sending one again
// after a dropped connection never makes two pages of it.

const AGAIN_MS = 5_000;

export class Sending {
  constructor(url, words, told) {
    this.url = url;
    this.words = words;
    this.told = told;
    this.queue = [];
    this.busy = false;
    addEventListener("online", () => this.resume());
  }

  get count() {
    return this.queue.length;
  }

  add(file, replaces, limit) {
    const item = { file, replaces, key: crypto.randomUUID?.() ?? uuid(), stuck: false };
    item.picture = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
    item.row = document.querySelector("[data-local-row]").content.firstElementChild.cloneNode(true);
    item.row.querySelector("[data-name]").textContent = this.words.page;
    item.row.querySelector("[data-again]").addEventListener("click", () => this.again(item));
    item.row.querySelector("[data-drop]").addEventListener("click", () => this.drop(item));
    this.queue.push(item);
    this.told.began(item, item.row);
    if (file.size > limit) this.fail(item, this.words.large, false);
    else this.say(item, this.words.waiting);
    this.told.changed();
    this.next();
  }

  async next() {
    if (this.busy) return;
    const item = this.queue.find((one) => !one.stuck);
    if (!item) return;
    this.busy = true;
    try {
      const answer = await this.send(item);
      this.queue.splice(this.queue.indexOf(item), 1);
      item.row.remove();
      this.told.arrived(item, answer.getResponseHeader("x-page"));
    } catch (problem) {
      if (problem.network) this.wait(item);
      else this.fail(item, problem.words ?? this.words.failed, true);
    }
    this.busy = false;
    this.told.changed();
    this.next();
  }

  send(item) {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", item.file, "page");
    const query = new URLSearchParams({ key: item.key, ...(item.replaces && { replaces: item.replaces }) });
    return new Promise((resolve, reject) => {
      request.upload.addEventListener("progress", (event) => this.progress(item, event.loaded / event.total));
      request.addEventListener("load", () => (request.status < 300 ? resolve(request) : reject(problemOf(request))));
      for (const broken of ["error", "timeout", "abort"]) {
        request.addEventListener(broken, () => reject({ network: true }));
      }
      request.open("POST", `${this.url}?${query}`);
      request.setRequestHeader("Accept", "application/problem+json");
      request.setRequestHeader("HX-Request", "true");
      request.send(form);
    });
  }

  progress(item, share) {
    const percent = Math.round(share * 100);
    item.row.querySelector("progress").value = percent;
    this.say(item, `${this.words.sending} ${percent} %`);
  }

  wait(item) {
    this.fail(item, this.words.network, true);
    item.later = setTimeout(() => navigator.onLine && this.again(item), AGAIN_MS);
  }

  fail(item, words, canRepeat) {
    item.stuck = true;
    this.say(item, words);
    item.row.classList.add("sheet--failed");
    item.row.querySelector("[data-failed]").hidden = false;
    item.row.querySelector("[data-again]").hidden = !canRepeat;
  }

  again(item) {
    clearTimeout(item.later);
    item.stuck = false;
    item.row.classList.remove("sheet--failed");
    item.row.querySelector("[data-failed]").hidden = true;
    this.say(item, this.words.waiting);
    this.next();
  }

  drop(item) {
    clearTimeout(item.later);
    this.queue.splice(this.queue.indexOf(item), 1);
    item.row.remove();
    this.told.changed();
  }

  resume() {
    for (const item of this.queue) if (item.later) this.again(item);
  }

  say(item, words) {
    item.row.querySelector("[data-state]").textContent = words;
  }
}

function problemOf(request) {
  try {
    return { words: JSON.parse(request.responseText).detail };
  } catch {
    return {};
  }
}

// Where a page comes without TLS there is no `randomUUID`.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
