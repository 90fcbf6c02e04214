// Looks at pictures away from the page, which stays quick: loads the page net and says how far that is, then answers each
// picture with the outline of its page and the light on it. Runs as a worker of `looking.js`.

import { lightOn } from "./light.js";
import * as ort from "./ort.js";
import { outlineFrom } from "./netoutline.js";
import { lookWell } from "./pagenet.js";

const LEAST_NEWS = 0.01; // of all bytes

let loading;

addEventListener("message", async ({ data: { id, places, picture } }) => {
  try {
    loading ??= load(places);
    const { session, figures } = await loading;
    postMessage({ id, answer: picture ? await look(picture, session, figures) : figures });
  } catch {
    postMessage({ id, failed: true });
  }
});

async function load({ engine, engineBytes, net, netBytes, thresholds }) {
  const progress = progressOf(Number(engineBytes) + Number(netBytes));
  const files = [fetched(engine, progress), fetched(net, progress), fetch(thresholds).then((answer) => answer.json())];
  const [binary, weights, figures] = await Promise.all(files);
  ort.env.wasm.numThreads = 1; // more need a page that no other window may talk to
  ort.env.wasm.wasmBinary = binary;
  const session = await ort.InferenceSession.create(new Uint8Array(weights), { executionProviders: ["wasm"] });
  return { session, figures };
}

async function look(picture, session, figures) {
  const run = async (square) => {
    const given = new ort.Tensor("uint8", square, [1, figures.side, figures.side, 3]);
    const answers = await session.run({ picture: given }, ["mask", "cut", "kind"]);
    return Object.fromEntries(Object.entries(answers).map(([name, { data }]) => [name, data]));
  };
  const outline = outlineFrom(await lookWell(picture, run, figures), picture, figures);
  return { outline, light: outline && lightOn(picture, outline.corners) };
}

function progressOf(all) {
  let [here, told] = [0, 0];
  return (bytes) => {
    here += bytes;
    if ((here - told) / all < LEAST_NEWS) return;
    told = here;
    postMessage({ progress: Math.min(1, here / all) });
  };
}

async function fetched(url, progress) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  const parts = [];
  for (let reader = answer.body.getReader(), part; !(part = await reader.read()).done; ) {
    parts.push(part.value);
    progress(part.value.length);
  }
  return new Blob(parts).arrayBuffer();
}
