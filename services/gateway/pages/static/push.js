// Lets this browser show messages while no page of ours is open: asks for the permission only when somebody wants it,
// subscribes, and sends the subscription as a form like any other.

const WORKER = "/sw.js";

export function offerPush() {
  const form = document.querySelector("[data-push-key]");
  document.querySelectorAll("[data-push-off]").forEach((off) => off.addEventListener("submit", forget));
  if (!form) return;
  const says = (what) => form.querySelectorAll("[data-push-says]").forEach((part) => (part.hidden = part.dataset.pushSays !== what));
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return says("none");
  if (Notification.permission === "denied") return says("denied");
  says("");
  const button = form.querySelector("button");
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") return says("denied");
      fill(form, await subscribed(form.dataset.pushKey));
      form.submit();
    } catch {
      says("failed");
    } finally {
      button.disabled = false;
    }
  });
}

async function subscribed(key) {
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const old = await pushManager.getSubscription();
  await old?.unsubscribe(); // it may be of another key, or somebody else's
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function fill(form, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  for (const [name, value] of Object.entries({ endpoint, ...keys })) {
    if (form.elements[name]) form.elements[name].value = value;
  }
}

async function forget(event) {
  event.preventDefault();
  try {
    const registration = await navigator.serviceWorker.getRegistration(WORKER);
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  } finally {
    event.target.submit(); // the server ends it in any case
  }
}
