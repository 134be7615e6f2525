// The blueprint of a device, as the way to it.

import { Link } from "@tanstack/react-router";
import { inert } from "../../parts/inert";

export function BlueprintLink({ id, name }: { id: string; name: string }) {
  return (
    <Link to="/blueprints/$id" params={{ id }}>
      {inert(name)}
    </Link>
  );
}
