// Runs in the service worker, which loads it by `importScripts`: shows what was pushed, and opens the app on a tap.
// The message holds everything; nothing is fetched, as the phone may have network for no more than the push.

self.addEventListener("push", (event) => {
  const { id, title, body, url, lang } = event.data.json();
  const shown = { body, lang, dir: "auto", tag: "news", renotify: true, data: { id, url } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url)));
});

async function open(url) {
  const here = new URL(url.pathname + url.search, self.location.origin); // never leads to another site
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === here.pathname);
  return page ? page.focus() : self.clients.openWindow(here.href);
}
