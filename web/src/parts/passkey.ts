// The browser's side of passkeys: it makes and uses them; what they mean is the server's to judge.

import { api, asked, type Schemas } from "../api/client";

type Challenge = Schemas["PasskeyChallenge"];

/** Whether this browser can make and use passkeys here; it cannot on a page that is not secure. */
export const hasPasskeys =
  typeof PublicKeyCredential === "function" &&
  typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";

/** Makes a passkey; `null` when the person thought better of it. */
export async function makePasskey({ options }: Challenge): Promise<object | null> {
  const json = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return answered(navigator.credentials.create({ publicKey }));
}

/** Lets the person use a passkey, at once or among what the browser fills in. */
export async function showPasskey(
  { options }: Challenge,
  how: Pick<CredentialRequestOptions, "mediation" | "signal">,
): Promise<object | null> {
  const json = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return answered(navigator.credentials.get({ publicKey, ...how }));
}

/** Asks the server for a question, the browser for an answer, and signs in with it. */
export async function signInWithPasskey(
  how: Pick<CredentialRequestOptions, "mediation" | "signal">,
): Promise<Schemas["SignedIn"] | null> {
  const challenge = await asked(
    api.POST("/api/v1/session/passkey-challenges", how.signal ? { signal: how.signal } : {}),
  );
  const credential = await showPasskey(challenge, how);
  if (!credential) {
    return null;
  }
  const body = { challenge_id: challenge.id, credential: credential as Record<string, never> };
  return asked(api.POST("/api/v1/session/passkey", { body }));
}

async function answered(answer: Promise<Credential | null>): Promise<object | null> {
  try {
    const credential = await answer;
    return credential instanceof PublicKeyCredential ? credential.toJSON() : null;
  } catch (error) {
    // Canceled, too late, or nothing there that fits: browsers do not say which.
    if (error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name)) {
      return null;
    }
    throw error;
  }
}

/** What the browser said was wrong, as a text names it. */
export function browserSays(error: Error): "known" | "elsewhere" | null {
  switch (error.name) {
    case "InvalidStateError":
      return "known";
    case "SecurityError":
      return "elsewhere";
    default:
      return null;
  }
}
