// Signing in with a passkey: by a button, and among what the browser offers for the first field.

import { Alert, Button } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type Schemas } from "../../api/client";
import { useFailure } from "../../parts/Message";
import { browserSays, hasPasskeys, signInWithPasskey } from "../../parts/passkey";

/** The server's question is good for five minutes; a page that stands open asks again before. */
const ASK_AGAIN = 4 * 60_000;

interface Props {
  done: (signedIn: Schemas["SignedIn"]) => void;
}

export function PasskeySignIn({ done }: Props) {
  const { t } = useTranslation("session");
  const [isUnused, setUnused] = useState(false);
  const offer = useOffer(done);
  const use = useMutation({
    mutationFn: () => {
      // A browser asks for one passkey at a time.
      offer.withdraw();
      setUnused(false);
      return signInWithPasskey({});
    },
    onSuccess: (signedIn) => (signedIn ? done(signedIn) : setUnused(true)),
  });
  if (!hasPasskeys) {
    return null;
  }
  return (
    <>
      <Button
        variant="default"
        fullWidth
        mt="xs"
        leftSection={<IconKey size={16} />}
        loading={use.isPending}
        onClick={() => use.mutate()}
      >
        {t("passkey.do")}
      </Button>
      {use.error && <PasskeyFailed error={use.error} />}
      {isUnused && (
        <Alert color="gray" mt="md" role="status">
          {t("passkey.unused")}
        </Alert>
      )}
    </>
  );
}

/** Lets the browser offer passkeys in the first field, until one is used or asked for otherwise. */
function useOffer(done: Props["done"]) {
  const open = useRef<AbortController | null>(null);
  const latest = useRef(done);
  latest.current = done;
  useEffect(() => {
    const offered = new AbortController();
    open.current = offered;
    void keepOffering(offered.signal, (signedIn) => latest.current(signedIn));
    return () => offered.abort();
  }, []);
  return { withdraw: () => open.current?.abort() };
}

async function keepOffering(signal: AbortSignal, done: Props["done"]): Promise<void> {
  const canOffer = hasPasskeys && (await PublicKeyCredential.isConditionalMediationAvailable?.());
  while (canOffer && !signal.aborted) {
    const until = AbortSignal.any([signal, AbortSignal.timeout(ASK_AGAIN)]);
    try {
      const signedIn = await signInWithPasskey({ mediation: "conditional", signal: until });
      if (signedIn) {
        return done(signedIn);
      }
    } catch {
      // The button asks the same and says what is wrong.
      return;
    }
    if (!until.aborted) {
      return;
    }
  }
}

function PasskeyFailed({ error }: { error: Error }) {
  const { t } = useTranslation("session");
  const failure = useFailure(error);
  const code = error instanceof ApiError ? error.code : (browserSays(error) ?? "");
  const known = {
    passkey_refused: t("passkey.refused"),
    passkeys_unavailable: t("passkey.unavailable"),
    too_many_requests: t("sign_in.slow_down"),
    elsewhere: t("passkey.elsewhere"),
  };
  return (
    <Alert color="red" mt="md" role="alert">
      {known[code as keyof typeof known] ?? failure}
    </Alert>
  );
}
