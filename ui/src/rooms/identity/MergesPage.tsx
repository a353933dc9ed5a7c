// Which people were joined? The whole ledger of links, newest first; each can be undone.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { GitMerge, SlidersHorizontal } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Bar, Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { usePath, useWorkspace } from "@/shell/workspace";
import { MergeTable } from "./MergeTable";
import { mergesQuery, type MergeState } from "./queries";

const STATES: readonly (MergeState | "")[] = ["", "active", "rejected", "undone"];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const [asked, setAsked] = useParam("state");
  const state = STATES.find((each) => each === asked) ?? "";
  const query = useInfiniteQuery(mergesQuery(slug, { state }));
  return (
    <Page
      title={t("merges.title")}
      lead={t("merges.lead")}
      actions={
        <Link to={path("settings", "identity")}>
          <Button icon={<SlidersHorizontal size={14} aria-hidden />}>{t("rules.title")}</Button>
        </Link>
      }
    >
      <Bar>
        <Segmented
          options={STATES.map((each) => ({ value: each, label: each === "" ? t("merges.all") : t(`merges.states.${each}`) }))}
          value={state}
          onChange={(value) => setAsked(value)}
          aria-label={t("merges.state")}
        />
      </Bar>
      <Card flush>
        <Ready query={query}>
          {(data) => {
            const merges = data.pages.flatMap((page) => page.items);
            if (merges.length === 0) return <Notice icon={GitMerge} title={t("merges.empty.title")} text={t("merges.empty.text")} />;
            return <MergeTable merges={merges} withPerson />;
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? (
        <div style={{ marginTop: 12, textAlign: "center" }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
