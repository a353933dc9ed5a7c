// Where do people stand in their relationship with us, and which way do they move?
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { Tags as TagsIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asApiError } from "@/api/errors";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { usePath, useWorkspace } from "@/shell/workspace";
import { distributionQuery, tagQuery, type Tag } from "../tags/queries";
import { Moves } from "./Moves";
import { movementQuery, STAGE_TAG } from "./queries";
import { StageTable } from "./StageTable";

const WEEKS = ["4", "8", "12", "26"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const tag = useQuery(tagQuery(slug, STAGE_TAG));
  const [asked, choose] = useParam("weeks", "8");
  const weeks = WEEKS.find((each) => each === asked) ?? "8";
  return (
    <Page
      title={t("lifecycle.title")}
      lead={t("lifecycle.lead")}
      actions={
        tag.data ? (
          <>
            <Segmented
              value={weeks}
              onChange={(next) => choose(next)}
              aria-label={t("lifecycle.weeksLabel")}
              options={WEEKS.map((value) => ({ value, label: t("lifecycle.weeks", { n: value }) }))}
            />
            <Link to={path("tags", STAGE_TAG)}>
              <Button icon={<TagsIcon size={14} aria-hidden />}>{t("lifecycle.toTag")}</Button>
            </Link>
          </>
        ) : null
      }
    >
      {tag.error && asApiError(tag.error).code === "not_found" ? (
        <NoTag />
      ) : (
        <Ready query={tag} rows={8}>
          {(found) => <Shown tag={found} weeks={Number(weeks)} />}
        </Ready>
      )}
    </Page>
  );
}

function NoTag(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Card>
      <Notice
        icon={TagsIcon}
        title={t("lifecycle.noTag.title")}
        text={t("lifecycle.noTag.text")}
        action={
          <Link to={path("tags")}>
            <Button type="primary">{t("lifecycle.noTag.action")}</Button>
          </Link>
        }
      />
    </Card>
  );
}

function Shown({ tag, weeks }: { tag: Tag; weeks: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const spread = useQuery(distributionQuery(slug, STAGE_TAG));
  const movement = useQuery(movementQuery(slug, weeks));
  return (
    <Stack>
      <Card flush title={t("lifecycle.now")} note={t("lifecycle.nowNote")}>
        <Ready query={spread}>{(found) => <StageTable tag={tag} spread={found} movement={movement.data} />}</Ready>
      </Card>
      <Ready query={movement} rows={8}>
        {(found) => <Moves tag={tag} movement={found} weeks={weeks} />}
      </Ready>
    </Stack>
  );
}
