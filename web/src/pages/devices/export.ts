// A device as a row of a file: fields as the API names and writes them, for other programs.

import type { Device } from "./queries";

export const exportedFields = [
  "id",
  "name",
  "serial_number",
  "model",
  "product",
  "platform",
  "os_version",
  "build",
  "blueprint",
  "tags",
  "supervised",
  "enrolled_at",
  "last_seen_at",
  "status",
  "target_version",
  "deadline_local",
  "deadline_at",
  "days_left",
  "is_overdue",
  "meets_floor",
  "item",
  "reason",
] as const;

export function exported(device: Device): string[] {
  const { decision } = device;
  const values: Record<(typeof exportedFields)[number], string> = {
    id: device.id,
    name: device.name,
    serial_number: device.serial_number,
    model: device.model,
    product: device.product,
    platform: device.platform ?? "",
    os_version: device.os_version,
    build: device.build ?? "",
    blueprint: device.blueprint?.name ?? "",
    tags: device.tags.join(" "),
    supervised: String(device.supervised),
    enrolled_at: device.enrolled_at,
    last_seen_at: device.last_seen_at ?? "",
    status: decision.status ?? "",
    target_version: decision.target_version ?? "",
    deadline_local: decision.deadline_local ?? "",
    deadline_at: decision.deadline_at ?? "",
    days_left: String(decision.days_left ?? ""),
    is_overdue: String(decision.is_overdue),
    meets_floor: String(decision.meets_floor),
    item: decision.item?.name ?? "",
    reason: decision.reason,
  };
  return exportedFields.map((field) => values[field]);
}
