// Takes pictures through the page itself: says while one aims whether the page is whole, takes the picture when it is, shows
// it, and hands it to the queue once somebody says so. What the camera sees stays on the phone until then.

import { Aim } from "./aim.js";
import { say } from "./fragment.js";
import { Looking } from "./looking.js";
import { Overlay } from "./overlay.js";
import { Review } from "./review.js";
import { Saying } from "./saying.js";
import { Sending } from "./sending.js";
import { openCamera } from "./video.js";
import { elsewhere, wordsOf } from "./waiting.js";

const LEAST_PAUSE_MS = 120;
const page = document.querySelector("[data-camera]");
const words = part("sentences").dataset;
const [video, shutter, torch, done] = ["video", "shutter", "torch", "done"].map(part);
const overlay = new Overlay(part("overlay"));
const looking = new Looking(page.dataset, sayProgress);
const review = new Review({ part, words, looking, overlay, tell });
const sending = sendingHere();

let camera = null;
let state = null;
let aim = new Aim();
let taken = 0;

function part(name) {
  return page.querySelector(`[data-${name}]`);
}

function enter(next) {
  state = next;
  page.dataset.state = next;
  shutter.disabled = next !== "live";
  page.querySelectorAll("[data-in]").forEach((one) => (one.hidden = !one.dataset.in.split(" ").includes(next)));
  overlay.clear();
}

function show(code, tone = "") {
  part("say").textContent = words[code];
  part("say").dataset.tone = tone;
}

// What follows from something that somebody did is shown and read out at once.
function tell(code, tone) {
  show(code, tone);
  say(words[code]);
}

async function open() {
  enter("opening");
  try {
    const opened = await openCamera(video);
    if (document.hidden || state !== "opening") return opened.close();
    camera = opened;
  } catch (error) {
    return complain(error.message);
  }
  torch.hidden = !camera.hasTorch;
  torch.setAttribute("aria-pressed", "false");
  live("none");
}

function live(code) {
  enter("live");
  part("shutter-label").textContent = words.shoot;
  tell(looking.broken ? "alone" : code);
  watch(camera);
}

// Looks again and again, with pauses as long as the looks: neither battery nor heat shall notice.
async function watch(watched) {
  const saying = new Saying((code) => show(code, toneOf(code)), (code) => say(words[code]));
  const isWatching = () => camera === watched && state === "live";
  while (isWatching() && !looking.broken) {
    const started = performance.now();
    const look = looking.isReady && video.videoWidth ? await looking.lookAt(video).catch(() => null) : null;
    if (look && isWatching()) heed(look, saying);
    await new Promise((resolve) => setTimeout(resolve, Math.max(LEAST_PAUSE_MS, performance.now() - started)));
  }
  if (isWatching()) tell("alone");
}

function heed(look, saying) {
  const now = performance.now();
  const seen = aim.see(look, now);
  overlay.draw(look, seen.good);
  saying.hear(seen.say, now);
  part("shutter-label").textContent = seen.good ? words.shoot : words.shootAnyway;
  if (seen.take) take();
}

function toneOf(code) {
  if (code.startsWith("cut")) return "bad";
  return code === "hold" ? "good" : "";
}

async function take() {
  if (state !== "live") return;
  enter("taking");
  tell("taking");
  navigator.vibrate?.(40);
  consider(await camera.photograph());
}

function consider(file) {
  enter("review");
  review.begin(file);
}

async function use() {
  sending.add(review.end(), page.dataset.replaces || null, Number(page.dataset.limit));
  taken += 1;
  done.hidden = false;
  part("count").textContent = words.takenCount.replace("{count}", taken);
  aim.took("next");
  if (!page.dataset.replaces) return goOn("next");
  await sending.taking;
  location.assign(done.href);
}

function again() {
  if (review.fault) aim = new Aim();
  else aim.took("press");
  goOn(review.fault ? "none" : "press");
  review.end();
}

function goOn(code) {
  if (camera) live(code);
  else open();
  shutter.focus();
}

function complain(why) {
  enter("trouble");
  page.querySelectorAll("[data-why]").forEach((one) => (one.hidden = one.dataset.why !== why));
}

function release() {
  camera?.close();
  camera = null;
  if (state === "live" || state === "taking") enter("away");
}

function comeBack() {
  if (!document.hidden && state === "away") open();
}

function sayProgress(share) {
  page.dataset.check = share !== null ? "loading" : looking.isReady ? "ready" : "off";
  part("loading").hidden = share === null;
  part("loading").textContent = share === null ? "" : words.loads.replace("{share}", Math.floor(share * 100));
}

function sendingHere() {
  const { url: to, name } = page.dataset;
  const told = { began() {}, arrived: (item, id) => sending.isHere(item) || elsewhere.arrived(item, id), changed: sayQueue };
  return new Sending({ ...wordsOf(), ...page.dataset }, told, { to, name });
}

function sayQueue() {
  const failed = sending.items.some((item) => item.state === "failed");
  part("failed").textContent = failed ? wordsOf().allFailed : "";
}

async function toggleTorch() {
  const on = torch.getAttribute("aria-pressed") !== "true";
  await camera.light(on).then(
    () => torch.setAttribute("aria-pressed", on),
    () => (torch.hidden = true),
  );
}

shutter.addEventListener("click", take);
torch.addEventListener("click", toggleTorch);
part("use").addEventListener("click", use);
part("again").addEventListener("click", again);
part("retry").addEventListener("click", open);
part("pick").addEventListener("click", () => part("file").click());
part("file").addEventListener("change", ({ target }) => target.files.length && consider(target.files[0]));
document.addEventListener("visibilitychange", () => (document.hidden ? release() : comeBack()));
addEventListener("pagehide", release);
addEventListener("pageshow", comeBack);
addEventListener("beforeunload", (event) => sending.unkept && event.preventDefault());

sending.restore(document.body.dataset.device);
looking.load();
open();
