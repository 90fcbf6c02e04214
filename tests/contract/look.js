// Looks at pictures as the camera page does, in Node: `node look.js VENDOR PICTURES` reads the sizes of the pictures (JSON)
// from the standard input and their pixels from a file, and writes what is seen in each.

import { readFileSync } from "node:fs";

import { outlineFrom } from "../../services/gateway/pages/static/netoutline.js";
import { lookWell } from "../../services/gateway/pages/static/pagenet.js";

const [vendor, pictures] = process.argv.slice(2);
const ort = await import(`${vendor}/ort.js`);
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = readFileSync(`${vendor}/ort.wasm`);
const figures = JSON.parse(readFileSync(`${vendor}/thresholds.json`));
const session = await ort.InferenceSession.create(readFileSync(`${vendor}/pagenet.onnx`), { executionProviders: ["wasm"] });

async function run(square) {
  const given = new ort.Tensor("uint8", square, [1, figures.side, figures.side, 3]);
  const answers = await session.run({ picture: given }, ["mask", "cut", "kind"]);
  return Object.fromEntries(Object.entries(answers).map(([name, { data }]) => [name, data]));
}

const data = readFileSync(pictures);
const seen = [];
let at = 0;
for (const [width, height] of JSON.parse(readFileSync(0))) {
  const picture = { data: data.subarray(at, (at += width * height * 4)), width, height };
  const map = await lookWell(picture, run, figures);
  seen.push({ beyond: [...map.beyond], present: map.present, outline: outlineFrom(map, picture, figures) });
}
process.stdout.write(JSON.stringify(seen));
