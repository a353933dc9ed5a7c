// What stands at the address of somebody who was erased? When, by whom, and how far it is.
import { useQuery } from "@tanstack/react-query";
import { Progress } from "antd";
import { UserX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { ApiError } from "@/api/errors";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { GoingTable } from "./GoingTable";
import { erasureQuery, type Erasure } from "./queries";

interface Told {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly erasure: string;
}

function toldBy(error: ApiError): Told {
  const text = (key: string): string => {
    const value = error.details[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return { id: text("person_id"), at: text("at"), by: text("by"), erasure: text("erasure_id") };
}

export function Erased({ error }: { error: ApiError }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("erasures:read");
  const told = toldBy(error);
  return (
    <Page title={t("erasure.erased", { id: told.id })} crumb={<Link to={path("people")}>{t("people.title")}</Link>}>
      <Stack>
        <Notice
          icon={UserX}
          title={t("erasure.nobody")}
          text={
            <>
              <Time at={told.at} /> · {t("erasure.by", { name: told.by })}
              <br />
              {t("erasure.nobodyText")}
            </>
          }
        />
        {may && told.erasure ? <HowFar erasure={told.erasure} /> : null}
      </Stack>
    </Page>
  );
}

function HowFar({ erasure }: { erasure: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(erasureQuery(slug, erasure));
  return (
    <Ready query={query} rows={3}>
      {(found) => <Shown erasure={found} />}
    </Ready>
  );
}

function Shown({ erasure }: { erasure: Erasure }): ReactNode {
  const { t } = useTranslation();
  const done = erasure.state === "done";
  return (
    <Card title={t(done ? "erasure.done" : "erasure.running")} note={done ? <Time at={erasure.finished_at} /> : t("erasure.goesOn")}>
      <Progress
        percent={Math.round((100 * erasure.rooms_done) / Math.max(1, erasure.rooms))}
        status={done ? "success" : "active"}
        aria-label={t(done ? "erasure.done" : "erasure.running")}
        style={{ marginBottom: 12 }}
      />
      <GoingTable going={erasure.gone} />
    </Card>
  );
}
