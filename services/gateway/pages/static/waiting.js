// Says on other pages that there are pages on this phone which are not with us yet.

import { all, ownedBy } from "./queue.js";

await ownedBy(document.body.dataset.device);
if ((await all()).length) document.querySelectorAll("[data-waiting]").forEach((part) => (part.hidden = false));
