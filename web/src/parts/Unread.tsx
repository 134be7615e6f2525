// What stands in a part of a page whose data is not there: that it loads, or why it cannot be read.

import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { FailedMessage } from "./Message";

interface Props {
  query: { error: Error | null; refetch: () => unknown };
}

export function Unread({ query: { error, refetch } }: Props) {
  const { t } = useTranslation();
  if (error) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  return (
    <div role="status" data-loading>
      <Loader size="xs" />
      <span className="only-read-aloud">{t("loading")}</span>
    </div>
  );
}
