// English: one file per noun, in the order of the sidebar.

import common from "./en/common.json";
import devices from "./en/devices.json";
import enrollment from "./en/enrollment.json";
import releases from "./en/releases.json";
import session from "./en/session.json";

export const en = { common, devices, enrollment, releases, session };
