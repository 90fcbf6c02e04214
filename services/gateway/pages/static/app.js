// Runs on every page: nothing here is needed to hand something in, all of it makes that quicker.

import { fillCode } from "./code.js";
import { follow } from "./live.js";
import { offerPush } from "./push.js";
import { takePages } from "./take.js";

fillCode();
takePages();
follow();
offerPush();
