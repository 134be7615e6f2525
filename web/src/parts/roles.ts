// Every role there is, the one that may do most first.

import type { Schemas } from "../api/client";

export type Role = Schemas["Role"];

export const roles: Role[] = [
  "owner",
  "admin",
  "operator",
  "help_desk",
  "auditor",
  "secrets_auditor",
];
