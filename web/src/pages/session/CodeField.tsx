// The field for the code of the authenticator app, or a recovery code.

import { TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  value: string;
  change: (value: string) => void;
}

export function CodeField({ value, change }: Props) {
  const { t } = useTranslation("session");
  const field = useRef<HTMLInputElement>(null);
  // The page asks for nothing else now, and the button that had the focus asked for this.
  useEffect(() => field.current?.focus(), []);
  return (
    <TextInput
      ref={field}
      label={t("sign_in.code")}
      description={t("sign_in.code_help")}
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      mb="lg"
    />
  );
}
