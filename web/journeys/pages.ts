// Every page there is, for the checks that each must pass and the pictures of each.

import { listedDevices } from "./rig";

export interface PageToSee {
  name: string;
  path: string;
}

/** A new page is a line here. */
export function pagesToSee(): PageToSee[] {
  const devices = listedDevices();
  const open = devices.find((device) => device.decision.target_version) ?? devices[0];
  const device = `/devices/${open?.id}`;
  return [
    { name: "devices", path: "/devices" },
    { name: "devices-none", path: "/devices?search=nothing-has-this-name" },
    { name: "device", path: device },
    { name: "device-details", path: `${device}?tab=details` },
    { name: "device-commands", path: `${device}?tab=commands` },
    { name: "enrollment", path: "/enrollment" },
    { name: "unknown", path: "/no-such-page" },
  ];
}
