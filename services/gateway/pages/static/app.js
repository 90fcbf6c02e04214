// Runs on every page: nothing here is needed to hand something in, all of it makes that quicker.

import { fillCode } from "./code.js";
import { install } from "./install.js";
import { follow } from "./live.js";
import { offerPush } from "./push.js";

fillCode();
follow();
install();
offerPush();
