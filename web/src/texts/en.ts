// English: one file per noun, in the order of the sidebar.

import access from "./en/access.json";
import account from "./en/account.json";
import actions from "./en/actions.json";
import activity from "./en/activity.json";
import backtest from "./en/backtest.json";
import blueprints from "./en/blueprints.json";
import common from "./en/common.json";
import devices from "./en/devices.json";
import enrollment from "./en/enrollment.json";
import exceptions from "./en/exceptions.json";
import halts from "./en/halts.json";
import home from "./en/home.json";
import library from "./en/library.json";
import preview from "./en/preview.json";
import releases from "./en/releases.json";
import rules from "./en/rules.json";
import session from "./en/session.json";
import settings from "./en/settings.json";
import wording from "./en/wording.json";

export const en = {
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
