// Has the page net look at a picture. `run` is the net itself: it takes the square and gives the answers, as numbers without
// bounds (logits).

import { isUnsure, mapOf, meanOf, turnedBack } from "./pagemap.js";
import { mirrored, squeezed } from "./squeeze.js";

// What the net sees; where it is unsure of a border, the mean with what it sees in a mirror.
export async function lookWell(picture, run, thresholds) {
  const { side } = thresholds;
  const square = squeezed(picture, side);
  const seen = mapOf(await run(square));
  if (!isUnsure(seen, thresholds)) return seen;
  return meanOf(seen, turnedBack(mapOf(await run(mirrored(square, side)))));
}
