// Why a form was not taken, where no field of it says so.

import { Text } from "@mantine/core";
import { ApiError } from "../api/client";
import { sentence } from "./sentence";

export function FormError({ error }: { error: Error | null }) {
  const isAtFields = error instanceof ApiError && error.details.length > 0;
  return error && !isAtFields ? (
    <Text c="red" mb="sm" role="alert">
      {sentence(error.message)}
    </Text>
  ) : null;
}
