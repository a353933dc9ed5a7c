// Who is on this list, where did they come from, and what was in the files?
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Blend } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Page, Stack } from "@/parts/Page";
import { NotFound, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useIdKind } from "@/rooms/profiles/useIdKind";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "../Segments.module.css";
import { useAsking } from "../useAsking";
import { ListActions } from "./ListActions";
import { listQuery, type PeopleList } from "./queries";
import { Uploads } from "./Uploads";
import { UploadIds } from "./UploadIds";
import { UsedBy } from "./UsedBy";

export function Component(): ReactNode {
  const { listId = "" } = useParams();
  return /^\d{1,9}$/.test(listId) ? <Found listId={Number(listId)} /> : <NotFound />;
}

function Found({ listId }: { listId: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(listQuery(slug, listId));
  return <Ready query={query}>{(list) => <Shown list={list} />}</Ready>;
}

function Shown({ list }: { list: PeopleList }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const kind = useIdKind();
  const asking = useAsking();
  const may = useMay("segments:write");
  return (
    <Page
      title={list.name}
      lead={list.description}
      crumb={<Link to={path("lists")}>{t("lists.title")}</Link>}
      actions={
        may ? (
          <>
            <ListActions list={list} onDeleted={() => void navigate(path("lists"))} />
            <Link to={asking({ list: { id: list.list_id } }, list.name)}>
              <Button icon={<Blend size={14} aria-hidden />}>{t("lists.segment")}</Button>
            </Link>
          </>
        ) : null
      }
    >
      <Stack>
        <Stats>
          <Stat name={t("lists.people")} value={<Num value={list.filled_at ? list.people : null} />} />
          <Stat name={t("lists.kind")} value={<span className={styles.when}>{kind(list.kind)}</span>} />
          <Stat
            name={t("lists.filled")}
            value={<span className={styles.when}>{list.filled_at ? <Time at={list.filled_at} /> : t("lists.never")}</span>}
          />
          <Stat
            name={t("lists.usedBy")}
            value={
              <span className={styles.when}>
                <UsedBy list={list} />
              </span>
            }
          />
        </Stats>
        {may ? <UploadIds list={list} /> : null}
        <Uploads list={list} />
      </Stack>
    </Page>
  );
}
