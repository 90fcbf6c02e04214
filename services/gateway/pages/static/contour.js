// The edge of the largest patch of a mask, and what is done with points: their hull, the area within.

// The eight neighbours of a pixel, counter-clockwise on screen, from the left one.
const AROUND = [[-1, 0], [-1, 1], [0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1]];
const [SHOWN, SEEN] = [1, 2];

// Points in shares of the picture, its borders included; null if even the largest patch is too small for a page.
export function edgeOf(mask, level, { finer, least_area }) {
  const count = Math.sqrt(mask.length) * finer;
  const shown = finerMask(mask, finer, level);
  let largest = [];
  let most = 0;
  for (let at = shown.indexOf(SHOWN); at >= 0; at = shown.indexOf(SHOWN, at)) {
    const ring = around(shown, count, at);
    const area = Math.abs(areaOf(ring));
    if (area > most) [largest, most] = [ring, area];
    markSeen(shown, count, at);
  }
  if (most < least_area * count * count) return null;
  return largest.map((point) => point.map((each) => (each + 0.5 + outwards(each, count)) / count));
}

// By the shoelace formula, positive clockwise on screen.
export function areaOf(ring) {
  let twice = 0;
  for (let at = 0; at < ring.length; at++) {
    const [x, y] = ring[at];
    const [nextX, nextY] = ring[at + 1] ?? ring[0];
    twice += x * nextY - y * nextX;
  }
  return twice / 2;
}

// The convex hull, clockwise on screen (Andrew's monotone chain).
export function hullOf(points) {
  const sorted = [...points].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return [...chain(sorted), ...chain(sorted.reverse())];
}

function chain(points) {
  const kept = [];
  for (const point of points) {
    while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), point) <= 0) kept.pop();
    kept.push(point);
  }
  return kept.slice(0, -1);
}

function turn([x, y], [middleX, middleY], [endX, endY]) {
  return (middleX - x) * (endY - y) - (middleY - y) * (endX - x);
}

// In the last row or column the patch reaches the border itself.
function outwards(each, count) {
  if (each === 0) return -0.5;
  return each === count - 1 ? 0.5 : 0;
}

// The mask enlarged, with straight lines between the middles of its cells: which pixels reach a level.
function finerMask(mask, finer, level) {
  const cells = Math.sqrt(mask.length);
  const count = cells * finer;
  const places = placesBetween(cells, finer);
  const shown = new Uint8Array(count * count);
  const wide = new Float32Array(cells * count);
  for (let y = 0; y < cells; y++) {
    places.forEach(({ first, next, share }, x) => {
      const [left, right] = [mask[y * cells + first], mask[y * cells + next]];
      wide[y * count + x] = left + (right - left) * share;
    });
  }
  places.forEach(({ first, next, share }, y) => {
    for (let x = 0; x < count; x++) {
      const above = wide[first * count + x];
      shown[y * count + x] = above + (wide[next * count + x] - above) * share >= level ? SHOWN : 0;
    }
  });
  return shown;
}

// For each pixel along a side: between which two cells its middle lies, and how far it is from the first to the next.
function placesBetween(cells, finer) {
  return Array.from({ length: cells * finer }, (_, at) => {
    const place = Math.min(Math.max((at + 0.5) / finer - 0.5, 0), cells - 1);
    const first = Math.floor(place);
    return { first, next: Math.min(first + 1, cells - 1), share: place - first };
  });
}

// The outer border of the patch whose first pixel, row after row, is at `start` (Suzuki and Abe 1985, as OpenCV follows it).
function around(shown, count, start) {
  const isShown = ([x, y]) => x >= 0 && y >= 0 && x < count && y < count && shown[y * count + x] > 0;
  const origin = [start % count, Math.floor(start / count)];
  let direction = AROUND.findLastIndex((_, at) => isShown(neighbour(origin, at)));
  if (direction < 0) return [origin];
  const last = neighbour(origin, direction);
  const ring = [];
  for (let here = origin; ; ) {
    ring.push(here);
    do direction = (direction + 1) % 8;
    while (!isShown(neighbour(here, direction)));
    const next = neighbour(here, direction);
    if (same(next, origin) && same(here, last)) return ring;
    here = next;
    direction = (direction + 4) % 8; // from where one came
  }
}

function neighbour([x, y], direction) {
  return [x + AROUND[direction][0], y + AROUND[direction][1]];
}

function same(one, other) {
  return one[0] === other[0] && one[1] === other[1];
}

// Marks the patch around a pixel, stretch of a row by stretch.
function markSeen(shown, count, start) {
  const open = [start];
  while (open.length) {
    const at = open.pop();
    if (shown[at] !== SHOWN) continue;
    const row = at - (at % count);
    let [first, end] = [at, at + 1];
    while (first > row && shown[first - 1] === SHOWN) first--;
    while (end < row + count && shown[end] === SHOWN) end++;
    shown.fill(SEEN, first, end);
    for (const other of [row - count, row + count]) {
      const last = Math.min(end, row + count - 1); // a corner that touches belongs to it
      for (let x = Math.max(first - 1, row) - row; x <= last - row; x++) if (shown[other + x] === SHOWN) open.push(other + x);
    }
  }
}
