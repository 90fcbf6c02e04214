// What the page net saw in a picture, as shares from 0 to 1: the mask of the page, how surely it goes on beyond the borders
// left, top, right and bottom, and whether there are pages. services/upload/domain/pagemap.py is the same in Python.

export const SIDES = ["L", "T", "R", "B"];
const MIRRORED = [2, 1, 0, 3];

export function mapOf({ mask, cut, kind }) {
  const [present, several] = share(kind);
  return { mask: share(mask), beyond: share(cut), present, several };
}

export function cutOf({ beyond }, { goes_on }) {
  return SIDES.filter((_, at) => beyond[at] >= goes_on);
}

export function isUnsure({ beyond }, { unsure: [least, most] }) {
  return beyond.some((one) => one > least && one < most);
}

// What was seen in a mirrored picture as it is in the picture itself.
export function turnedBack({ mask, beyond, ...rest }) {
  const cells = Math.sqrt(mask.length);
  const back = mask.map((_, at) => mask[at - (at % cells) + cells - 1 - (at % cells)]);
  return { ...rest, mask: back, beyond: beyond.map((_, at) => beyond[MIRRORED[at]]) };
}

// The mean of two looks at the same picture, as log odds.
export function meanOf(one, other) {
  return { ...one, mask: mean(one.mask, other.mask), beyond: mean(one.beyond, other.beyond) };
}

function mean(one, other) {
  return share(one.map((each, at) => (logit(each) + logit(other[at])) / 2));
}

function share(logits) {
  return logits.map((each) => 1 / (1 + Math.exp(-Math.min(Math.max(each, -30), 30))));
}

function logit(each) {
  const kept = Math.min(Math.max(each, 1e-6), 1 - 1e-6);
  return Math.log(kept / (1 - kept));
}
