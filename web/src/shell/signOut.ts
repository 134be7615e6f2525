// Signing out.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, asked } from "../api/client";

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => asked(api.DELETE("/api/v1/session")),
    // Whatever the server said: nothing that was read stays in this page.
    onSettled: () => {
      client.clear();
      window.location.assign("/sign-in");
    },
  });
}
