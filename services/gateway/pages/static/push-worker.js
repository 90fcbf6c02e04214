// Runs in the service worker, which loads it by `importScripts`: shows what was pushed, and opens the app on a tap.
// The message holds all that is shown; nothing is fetched for it, as there may be network for no more than the push.

self.addEventListener("push", (event) => {
  const { id, tag, title, body, url, lang } = event.data.json();
  const shown = { body, lang, dir: "auto", tag, renotify: true, data: { id, url } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url)));
});

// A browser may give up a subscription and make another one, at any time.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const fresh = newSubscription ?? (await self.registration.pushManager.subscribe(oldSubscription.options));
  const { endpoint, keys } = fresh.toJSON();
  const body = new URLSearchParams({ key: crypto.randomUUID(), endpoint, p256dh: keys.p256dh, auth: keys.auth });
  await fetch("/channels/push", { method: "POST", body });
}

async function open(url) {
  const here = new URL(url.pathname + url.search, self.location.origin); // never leads to another site
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === here.pathname);
  return page ? page.focus() : self.clients.openWindow(here.href);
}
