// What happens when a change would move people who are in an experiment? It is said how many, and waits for a yes.
import { App } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { usePreviewFlag, type FlagMoves, type FlagSpec } from "./queries";

/** A function that is given what failed and what was to be saved; asks, and calls ``again`` after a yes. Whether it was about that. */
export function useAskMoves(): (error: unknown, key: string, spec: FlagSpec, again: () => void) => boolean {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const { mutateAsync } = usePreviewFlag();
  return (error, key, spec, again) => {
    if (asApiError(error).code !== "people_would_move") return false;
    void mutateAsync({ key, spec }).then(({ moves }) => {
      modal.confirm({
        title: t("featureFlags.movesTitle"),
        content: <Moves moves={moves} />,
        okText: t("featureFlags.saveAnyway"),
        cancelText: t("actions.cancel"),
        width: 560,
        onOk: again,
      });
    });
    return true;
  };
}

function Moves({ moves }: { moves: readonly FlagMoves[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <ul>
        {moves.map(({ experiment, moved, left, joined, again, targeting }) => (
          <li key={experiment}>
            <strong>{experiment}</strong>: {t("featureFlags.moves", { moved, left, joined })}
            {again ? ` ${t("featureFlags.movesAgain")}` : ""}
            {targeting ? ` ${t("featureFlags.movesTargeting")}` : ""}
          </li>
        ))}
      </ul>
      <p>{t("featureFlags.movesAdvice")}</p>
    </>
  );
}
