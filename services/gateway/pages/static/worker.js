// Keeps what is the same for everybody - files, the page to take pictures on, the page that says that there is no network -
// so that the app opens without one. What is somebody's own is never kept. The server puts VERSION and FILES before this.

const NAME = `amtsbote-${VERSION}`;
const SHELL = "/hand-in/shell";
const OFFLINE = "/offline";

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(visit(event, url.pathname));
  else if (FILES.includes(url.pathname)) event.respondWith(file(event.request, url.pathname));
});

async function fill() {
  await (await caches.open(NAME)).addAll([SHELL, OFFLINE, ...FILES]);
  await skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
  await clients.claim();
}

async function visit(event, path) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(speak(answer.headers.get("content-language")));
    return answer;
  } catch (away) {
    const kept = await found(path === "/hand-in" && event.request.method === "GET" ? SHELL : OFFLINE);
    if (kept) return kept;
    throw away;
  }
}

// The pages that are kept speak the language that was chosen last.
async function speak(language) {
  const kept = language && (await found(OFFLINE));
  if (!kept || kept.headers.get("content-language") === language) return;
  await (await caches.open(NAME)).addAll([SHELL, OFFLINE]);
}

async function file(request, path) {
  return (await found(path)) ?? fetch(request);
}

async function found(path) {
  return (await caches.open(NAME)).match(path, { ignoreVary: true });
}
