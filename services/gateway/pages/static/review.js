// Shows a picture that was taken, and says what is wrong with it before it is sent.

import { faultOf } from "./aim.js";

export class Review {
  constructor({ part, words, looking, overlay, tell }) {
    Object.assign(this, { part, words, looking, overlay, tell });
    this.still = part("still");
  }

  async begin(file) {
    this.file = file;
    this.fault = null;
    this.still.src = URL.createObjectURL(file);
    this.judge("checking");
    this.part("say").focus(); // the button that had the focus is gone; no key sends by accident
    const look = this.looking.isReady ? await this.looked(file) : null;
    if (this.file !== file) return;
    if (!look) return this.judge("takenUnchecked");
    this.fault = faultOf(look);
    this.overlay.draw(look, !this.fault);
    const said = this.fault ? `taken${this.fault[0].toUpperCase()}${this.fault.slice(1)}` : "takenGood";
    this.judge(said in this.words ? said : this.fault, this.fault ? "bad" : "good");
  }

  // Returns the picture, which is shown no more.
  end() {
    const { file } = this;
    URL.revokeObjectURL(this.still.src);
    this.still.removeAttribute("src");
    this.file = null;
    return file;
  }

  judge(code, tone) {
    this.tell(code, tone);
    this.part("use-label").textContent = this.fault ? this.words.sendAnyway : this.words.send;
    prefer(this.part(this.fault ? "again" : "use"), this.part(this.fault ? "use" : "again"));
  }

  // What is seen in a photograph, or null where that cannot be said: a browser may not know the kind of file.
  async looked(file) {
    try {
      const bitmap = await createImageBitmap(file);
      return await this.looking.lookAt(bitmap).finally(() => bitmap.close());
    } catch {
      return null;
    }
  }
}

function prefer(button, other) {
  button.classList.replace("kern-btn--secondary", "kern-btn--primary");
  other.classList.replace("kern-btn--primary", "kern-btn--secondary");
}
