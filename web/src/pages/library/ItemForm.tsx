// The form of an item, whichever kind it is of.

import type { Schemas } from "../../api/client";
import type { Draft } from "./draft";
import { ManagedOsForm } from "./form/ManagedOsForm";
import { UpdateSettingsForm } from "./form/UpdateSettingsForm";
import classes from "./Item.module.css";

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  problem: (field: string) => string | undefined;
  blueprints: string[];
  warnings: Schemas["Warning"][];
  isReadOnly: boolean;
}

export function ItemForm({ draft, onChange, problem, blueprints, warnings, isReadOnly }: Props) {
  return (
    <fieldset disabled={isReadOnly} className={classes.form}>
      {draft.type === "managed_os" ? (
        <ManagedOsForm
          draft={draft}
          change={(changes) => onChange({ ...draft, ...changes })}
          problem={problem}
          blueprints={blueprints}
          warnings={warnings}
        />
      ) : (
        <UpdateSettingsForm
          draft={draft}
          change={(changes) => onChange({ ...draft, ...changes })}
          problem={problem}
        />
      )}
    </fieldset>
  );
}
