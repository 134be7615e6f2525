// What a page shows when it broke.

import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { FailedMessage } from "./Message";

export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <FailedMessage
      error={error instanceof Error ? error : new Error(String(error))}
      retry={retry}
    />
  );
}
