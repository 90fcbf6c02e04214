// What somebody is told while they aim, in peace: a sentence is shown once two looks agree on it, and read out once it has
// stood for a while, not soon after the last one, and not twice.

const STANDS_MS = 1000;
const APART_MS = 3000;

export class Saying {
  constructor(show, readOut) {
    this.show = show;
    this.readOut = readOut;
    this.heard = this.shown = this.wanted = null;
    this.shownAt = this.heardAt = -Infinity;
  }

  hear(code, at) {
    if (code === this.wanted && code !== this.shown) {
      this.shown = code;
      this.shownAt = at;
      this.show(code);
    }
    this.wanted = code;
    const isOver = code !== this.shown || code === this.heard;
    if (isOver || at - this.shownAt < STANDS_MS || at - this.heardAt < APART_MS) return;
    this.heard = this.shown;
    this.heardAt = at;
    this.readOut(this.shown);
  }
}
