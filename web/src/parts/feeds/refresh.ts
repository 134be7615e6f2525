// Asks a feed now, instead of at its next turn.

import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, asked, type Schemas } from "../../api/client";
import { noticeFailure } from "../notice";

type FeedName = Schemas["FeedName"];

/** Everything that follows from Apple's list and the community's. */
const FOLLOWING = ["server", "releases", "summary", "devices", "previews"];

/** Says that what follows from the feeds is to be asked for again. */
export function useFeedsChanged(): () => void {
  const client = useQueryClient();
  return () => {
    for (const noun of FOLLOWING) {
      void client.invalidateQueries({ queryKey: [noun] });
    }
  };
}

export function useRefreshFeed(name: FeedName, done: string) {
  const changed = useFeedsChanged();
  return useMutation({
    mutationFn: () =>
      asked(api.POST("/api/v1/feeds/{name}/refresh", { params: { path: { name } } })),
    onSuccess: () => void notifications.show({ message: done }),
    onError: noticeFailure,
    // Also why it was not believed is news about it.
    onSettled: changed,
  });
}
