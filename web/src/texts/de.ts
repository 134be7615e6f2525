// German: the same keys as English, which a test checks.

import activity from "./de/activity.json";
import common from "./de/common.json";
import devices from "./de/devices.json";
import enrollment from "./de/enrollment.json";
import releases from "./de/releases.json";
import session from "./de/session.json";

export const de = { activity, common, devices, enrollment, releases, session };
