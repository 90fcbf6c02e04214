// Runs on every page: nothing here is needed to hand something in, all of it makes that quicker.

import { fillCode } from "./code.js";
import { install } from "./install.js";
import { follow } from "./live.js";
import { offerPush } from "./push.js";

fillCode();
follow();
install();
offerPush();
if (document.querySelector("[data-queue]")) import("./waiting.js").then(({ goOn }) => goOn()); // of who is signed in
