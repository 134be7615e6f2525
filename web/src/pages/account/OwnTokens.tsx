// The tokens that one made oneself.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { tokensQuery } from "../../parts/tokens/queries";
import { Tokens } from "../../parts/tokens/Tokens";
import classes from "./Account.module.css";

export function OwnTokens({ login }: { login: string }) {
  const { t } = useTranslation("account");
  const { error } = useQuery(tokensQuery);
  // What is to be done first stands with the second factor.
  if (error instanceof ApiError && error.code === "second_factor_required") {
    return null;
  }
  return (
    <Tokens title={t("tokens.title")} madeBy={login} none={t("tokens.none")}>
      <p className={classes.text}>
        {t("tokens.about")}{" "}
        <Link to="/settings" search={{ part: "tokens" }}>
          {t("tokens.all")}
        </Link>
      </p>
    </Tokens>
  );
}
