// One release: for which hardware, what it mends, who has it, and what administrators say about it.

import { IconExternalLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { BackLink } from "../../parts/BackLink";
import { Badge } from "../../parts/Badge";
import { Card } from "../../parts/Card";
import { OpenHalt } from "../../parts/halts/OpenHalt";
import { PastHalts } from "../../parts/halts/PastHalts";
import { type Halt, haltsQuery } from "../../parts/halts/queries";
import { FailedMessage } from "../../parts/Message";
import { PageHeader } from "../../parts/PageHeader";
import { PageLoading } from "../../parts/PageLoading";
import { Theirs } from "../../parts/Theirs";
import { Day, Moment } from "../../parts/Time";
import { Adoption } from "./Adoption";
import { listOf, type ReleaseRecord, releaseQuery } from "./queries";
import { ReleaseState } from "./ReleaseState";
import classes from "./Releases.module.css";
import { ResumeFor, ReviewActions } from "./ReviewActions";

export function ReleasePage() {
  const { t } = useTranslation("releases");
  const { id } = useParams({ from: "/inside/releases/$id" });
  const { data: release, error, refetch } = useQuery(releaseQuery(id));
  if (error && !release) {
    return <FailedMessage error={error} retry={() => void refetch()} />;
  }
  if (!release) {
    return <PageLoading />;
  }
  return (
    <>
      <PageHeader
        title={`${t(`name.${release.list}`)} ${release.version}`}
        above={
          <BackLink to="/releases" search={{ list: release.list }}>
            {t("title")}
          </BackLink>
        }
        beside={<ReviewActions release={release} />}
      >
        <p className={classes.facts}>
          <ReleaseState release={release} />
          <span>{t(`kind.${release.kind}`)}</span>
          <span>
            {t("released_on")} <Day date={release.released_on} />
          </span>
          {release.exploited && <Badge tone="bad">{t("exploited")}</Badge>}
          {release.link && <AppleLink url={release.link} />}
        </p>
      </PageHeader>
      <Halted release={release} />
      <div className={classes.panel}>
        <div className={classes.column}>
          <Card title={t("who_has_it")}>
            <Adoption release={release} isWide />
            <WhoHasIt release={release} />
          </Card>
          <Card title={t("builds")}>
            <div>
              {release.builds.map((build) => (
                <Build key={`${build.build} ${build.prerequisite_build}`} build={build} />
              ))}
            </div>
          </Card>
        </div>
        <div className={classes.column}>
          <Card title={t("reviews")}>
            <Reviews release={release} />
          </Card>
          <EndedHalts release={release} />
          <Card title={t("cves", { count: release.cve_count })}>
            <Vulnerabilities all={release.cves} />
          </Card>
        </div>
      </div>
    </>
  );
}

/** Halts of this very release, whichever item's ring had the trouble. */
function useHalts({ list, version }: ReleaseRecord): Halt[] {
  const { data: halts = [] } = useQuery(haltsQuery);
  const isOf = (halt: Halt) => halt.platform != null && listOf[halt.platform] === list;
  return halts.filter((halt) => halt.version === version && isOf(halt));
}

function Halted({ release }: { release: ReleaseRecord }) {
  const open = useHalts(release).filter((halt) => !halt.resumed_at);
  return open.length === 0 ? null : (
    <div className={classes.halts}>
      {open.map((halt) => (
        <OpenHalt key={halt.id} halt={halt} namesItem />
      ))}
    </div>
  );
}

function EndedHalts({ release }: { release: ReleaseRecord }) {
  return <PastHalts all={useHalts(release).filter((halt) => halt.resumed_at)} />;
}

/** Only an address of the web is one: what a feed says is not trusted further. */
function AppleLink({ url }: { url: string }) {
  const { t } = useTranslation("releases");
  if (!url.startsWith("https://")) {
    return null;
  }
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {t("apple_says")} <IconExternalLink size={13} aria-hidden="true" />
    </a>
  );
}

function WhoHasIt({ release }: { release: ReleaseRecord }) {
  const { t } = useTranslation("releases");
  return (
    <p className={classes.facts}>
      <Link to="/devices" search={{ list: release.list, os_version: release.version }}>
        {t("runs_it")}
      </Link>
      <Link to="/devices" search={{ list: release.list, target_version: release.version }}>
        {t("must_install_it")}
      </Link>
    </p>
  );
}

function Build({ build }: { build: Schemas["ReleaseBuild"] }) {
  const { t } = useTranslation("releases");
  return (
    <div className={classes.build}>
      <div className={classes.buildHead}>
        <b>{build.build}</b>
        <span className={classes.second}>{t(`availability.${build.availability}`)}</span>
        {build.prerequisite_build && (
          <span className={classes.second}>
            {t("on_top_of", { build: build.prerequisite_build })}
          </span>
        )}
        {build.first_public_at && (
          <span className={classes.quiet}>
            {t("first_public")} <Moment at={build.first_public_at} />
          </span>
        )}
        {build.expires_on && (
          <span className={classes.quiet}>
            {t("expires")} <Day date={build.expires_on} />
          </span>
        )}
      </div>
      {build.derived ? (
        <p className={classes.quiet}>{t("derived")}</p>
      ) : (
        <div className={classes.ids}>
          {build.update_ids.map((id) => (
            <span key={id} className={classes.id}>
              {id}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

function Reviews({ release }: { release: ReleaseRecord }) {
  const { t } = useTranslation("releases");
  const { reviews: all } = release;
  if (all.length === 0) {
    return <span className={classes.quiet}>{t("no_review")}</span>;
  }
  return (
    <div>
      {all.map((review) => {
        const word = review.resumed_at
          ? "resumed"
          : review.held_since
            ? "held_since"
            : "approved_at";
        const at = review.resumed_at ?? review.held_since ?? review.approved_at;
        return (
          <div key={review.item?.id ?? "fleet"} className={classes.review}>
            <strong>{t(`review.${word}`)}</strong>{" "}
            <span className={classes.quiet}>
              {review.item ? <Theirs text={review.item.name} /> : t("review.fleet")}
            </span>
            <p>
              <Theirs text={review.reason} />
            </p>
            <p className={classes.quiet}>
              <Theirs text={review.by} />
              {at && (
                <>
                  , <Moment at={at} />
                </>
              )}
            </p>
            {word === "held_since" && review.item && (
              <ResumeFor release={release} item={review.item} />
            )}
          </div>
        );
      })}
    </div>
  );
}

function Vulnerabilities({ all }: { all: Schemas["Cve"][] }) {
  const { t } = useTranslation("releases");
  if (all.length === 0) {
    return <span className={classes.quiet}>{t("no_cve")}</span>;
  }
  const worst = [...all].sort((a, b) => Number(b.exploited) - Number(a.exploited));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <ul className={classes.cves} tabIndex={0}>
      {worst.map((cve) => (
        <li key={cve.id}>
          <span className="number">{cve.id}</span>{" "}
          {cve.exploited && <Badge tone="bad">{t("exploited")}</Badge>}
        </li>
      ))}
    </ul>
  );
}
