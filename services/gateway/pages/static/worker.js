// Keeps what is the same for everybody - files, the page to take pictures on, the page that says that there is no network -
// so that the app opens without one. Large files are kept once a page asked for them. What is somebody's own is never kept.
// The server puts VERSION, FILES and LARGE before this.

const NAME = `amtsbote-${VERSION}`;
const SELDOM = "amtsbote-large";
const SHELLS = { "/hand-in": "/hand-in/shell", "/hand-in/camera": "/hand-in/camera/shell" };
const OFFLINE = "/offline";
const PAGES = [...Object.values(SHELLS), OFFLINE];

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(visit(event, url.pathname));
  else if (FILES.includes(url.pathname)) event.respondWith(file(event.request, url.pathname));
  else if (LARGE.includes(url.pathname)) event.respondWith(large(event, url.pathname));
});

async function fill() {
  await (await caches.open(NAME)).addAll([...PAGES, ...FILES]);
  await skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) if (![NAME, SELDOM].includes(name)) await caches.delete(name);
  const seldom = await caches.open(SELDOM);
  for (const { url } of await seldom.keys()) if (!LARGE.includes(new URL(url).pathname)) await seldom.delete(url);
  await clients.claim();
}

async function visit(event, path) {
  try {
    const answer = await fetch(asked(event.request));
    event.waitUntil(speak(answer.headers.get("content-language")));
    return answer;
  } catch (away) {
    const kept = await found((event.request.method === "GET" && SHELLS[path]) || OFFLINE);
    if (kept) return kept;
    throw away;
  }
}

// Going back to what answered a form, a browser asks for what it has kept of that, which is nothing, and a worker may not
// even pass that on: so the page itself is asked for.
function asked(request) {
  if (!request.isHistoryNavigation || request.method === "GET") return request;
  return new Request(request.url, { headers: { accept: "text/html" }, redirect: "manual" });
}

// The pages that are kept speak the language that was chosen last.
async function speak(language) {
  const kept = language && (await found(OFFLINE));
  if (!kept || kept.headers.get("content-language") === language) return;
  await (await caches.open(NAME)).addAll(PAGES);
}

async function file(request, path) {
  return (await found(path)) ?? fetch(request);
}

async function large(event, path) {
  const seldom = await caches.open(SELDOM);
  const kept = await seldom.match(path, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(seldom.put(path, answer.clone()));
  return answer;
}

async function found(path) {
  return (await caches.open(NAME)).match(path, { ignoreVary: true });
}
