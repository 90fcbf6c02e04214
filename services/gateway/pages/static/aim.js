// What to say to somebody who aims at a page, and when the picture is taken by itself: the page is whole, large enough, lit,
// sharp, and held still for a moment.

import { areaOf } from "./contour.js";

const LEAST_AREA = 0.2; // of the picture: a page that fills less of it has too few pixels to be read
const DARK = 85; // grey level of the paper
const BLURRED = 0.25; // how steep the edges of writing are; below that letters run together
const STILL = 0.025; // of the picture: how far a corner may move between two looks
const HELD_MS = 700;
const OTHER = 0.12; // of the picture: where a corner lies elsewhere by so much, it is another page, or another try

export class Aim {
  constructor() {
    this.last = null;
    this.since = null;
    this.taken = null;
    this.then = null;
  }

  // After a look at `at` milliseconds: what is to be said, whether all is well, and whether the picture is to be taken now.
  see(look, at) {
    const { outline } = look;
    const moved = !this.last || !outline || distance(outline.corners, this.last) > STILL;
    this.last = outline?.corners ?? null;
    if (this.taken && (!outline || distance(outline.corners, this.taken) > OTHER)) this.taken = null;
    const fault = faultOf(look);
    if (fault || this.taken) {
      this.since = null;
      return { say: fault ?? this.then, good: !fault, take: false };
    }
    if (moved || this.since === null) this.since = at;
    return { say: "hold", good: true, take: at - this.since >= HELD_MS };
  }

  // What lies there was taken: nothing is taken by itself until something else does; `then` is said meanwhile.
  took(then) {
    this.taken = this.last;
    this.then = then;
    this.since = null;
  }
}

// What is wrong with a picture, the gravest first; null if nothing is.
export function faultOf({ outline, light }) {
  if (!outline) return "none";
  const { corners, cut, several } = outline;
  if (cut.length) return cut.length > 1 ? "cutMore" : `cut${cut[0]}`;
  if (several) return "several";
  if (areaOf(corners) < LEAST_AREA) return "far";
  if (light.paper < DARK) return "dark";
  if (light.edges !== null && light.edges < BLURRED) return "blurred";
  return null;
}

function distance(corners, others) {
  return Math.max(...corners.map(([x, y], at) => Math.hypot(x - others[at][0], y - others[at][1])));
}
