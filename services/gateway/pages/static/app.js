// Runs on every page: nothing here is needed to hand something in, all of it makes that quicker.

import { fillCode } from "./code.js";
import { install } from "./install.js";
import { follow } from "./live.js";

fillCode();
follow();
install();
