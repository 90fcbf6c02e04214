// Lets the app open without a network, for who is signed in; who is signed out leaves nothing on the phone.

export function install() {
  if (document.querySelector("[data-forget]")) forget();
  else if (document.body.dataset.device) navigator.serviceWorker?.register("/sw.js").catch(() => {}); // the network broke: the next page asks again
}

// The server asks the browser for the same (Clear-Site-Data), and not every browser does it.
async function forget() {
  indexedDB.deleteDatabase("amtsbote");
  localStorage.clear();
  sessionStorage.clear();
  for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
  for (const name of (await window.caches?.keys()) ?? []) await caches.delete(name);
}
