// The settings of a Managed OS item.

import type { Schemas } from "../../../api/client";
import { Bsi } from "./Bsi";
import { Enforcement } from "./Enforcement";
import { FloorAndCeiling } from "./FloorAndCeiling";
import { Installation } from "./Installation";
import type { FormProps } from "./props";
import { Rings } from "./Rings";
import { Details, Name } from "./Scope";
import { Windows } from "./Windows";

type Props = FormProps & { blueprints: string[]; warnings: Schemas["Warning"][] };

export function ManagedOsForm({ blueprints, warnings, ...props }: Props) {
  return (
    <>
      <Name
        label={props.draft.label}
        onChange={(label) => props.change({ label })}
        error={props.problem("label")}
      />
      <Installation {...props} />
      <Enforcement {...props} />
      <FloorAndCeiling draft={props.draft} blueprints={blueprints} warnings={warnings} />
      <Bsi {...props} />
      <Rings {...props} />
      <Windows {...props} />
      <Details {...props} />
    </>
  );
}
