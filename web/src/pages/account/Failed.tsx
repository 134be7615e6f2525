// Why a form of the account was refused.

import { Alert } from "@mantine/core";
import { useFailure } from "../../parts/Message";

export function Failed({ error }: { error: Error }) {
  return (
    <Alert color="red" role="alert">
      {useFailure(error)}
    </Alert>
  );
}
