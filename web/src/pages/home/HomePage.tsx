// Home: how the fleet does in one sentence, and everything behind its numbers.

import { IconDevices } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Feeds } from "../../parts/feeds/Feeds";
import { FailedMessage, Message } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { Attention } from "./Attention";
import { Blockers } from "./Blockers";
import { Deadlines } from "./Deadlines";
import classes from "./Home.module.css";
import { NewReleases } from "./NewReleases";
import { summaryQuery } from "./queries";
import { Reasons } from "./Reasons";
import { Sentence } from "./Sentence";
import { Versions } from "./Versions";
import { lookBack, seen } from "./visit";

export function HomePage() {
  const { t } = useTranslation(["home", "common"]);
  const [since] = useState(lookBack);
  const { data: summary, error, refetch } = useQuery(summaryQuery(since));
  useEffect(() => {
    if (summary) {
      seen(summary.at);
    }
  }, [summary]);
  if (error && !summary) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!summary) {
    return <PageLoading />;
  }
  return (
    <>
      <PageHeader title={t("title")}>
        {summary.devices > 0 && <Sentence summary={summary} />}
      </PageHeader>
      <div className={classes.page}>
        <Attention all={summary.attention} />
        {summary.devices === 0 ? (
          <Message
            Icon={IconDevices}
            title={t("none")}
            action={<Link to="/enrollment">{t("none_do")}</Link>}
          >
            {t("none_text")}
          </Message>
        ) : (
          <Versions platforms={summary.platforms} />
        )}
        <div className={classes.column}>
          {summary.devices > 0 && <Deadlines summary={summary} />}
          <Feeds all={summary.feeds} />
        </div>
        <div className={classes.column}>
          {summary.devices > 0 && (
            <>
              <Reasons all={summary.reasons} />
              <Blockers all={summary.blockers} />
            </>
          )}
          <NewReleases all={summary.releases} since={since} />
        </div>
      </div>
    </>
  );
}
