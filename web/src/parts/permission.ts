// What the person who is signed in may do; the server decides, this only hides what it would refuse.

import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { sessionQuery } from "../api/queries";

export function usePermission(permission: Schemas["Permission"]): boolean {
  return usePermissions().includes(permission);
}

export function usePermissions(): Schemas["Permission"][] {
  const { data: session } = useQuery(sessionQuery);
  return session?.permissions ?? [];
}
