// German: the same keys as English, which a test checks.

import access from "./de/access.json";
import account from "./de/account.json";
import actions from "./de/actions.json";
import activity from "./de/activity.json";
import backtest from "./de/backtest.json";
import blueprints from "./de/blueprints.json";
import common from "./de/common.json";
import devices from "./de/devices.json";
import enrollment from "./de/enrollment.json";
import exceptions from "./de/exceptions.json";
import halts from "./de/halts.json";
import home from "./de/home.json";
import library from "./de/library.json";
import preview from "./de/preview.json";
import releases from "./de/releases.json";
import rules from "./de/rules.json";
import session from "./de/session.json";
import settings from "./de/settings.json";
import wording from "./de/wording.json";

export const de = {
  access,
  account,
  actions,
  activity,
  backtest,
  blueprints,
  common,
  devices,
  enrollment,
  exceptions,
  halts,
  home,
  library,
  preview,
  releases,
  rules,
  session,
  settings,
  wording,
};
