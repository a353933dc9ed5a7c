// How do we know that this is one person? Their ids, the links between them, and a way to join or part.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { GitMerge, Link2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Person, PersonId } from "@/api/contract";
import { Code } from "@/parts/Copy";
import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useIdKind } from "@/rooms/profiles/useIdKind";
import { useMay, useWorkspace } from "@/shell/workspace";
import { MergeDialog } from "./MergeDialog";
import { MergeTable } from "./MergeTable";
import { mergesQuery } from "./queries";

export function Identities({ person }: { person: Person }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("merges:write");
  const [merging, setMerging] = useState(false);
  const merges = useInfiniteQuery(mergesQuery(slug, { person: person.person_id }));
  return (
    <Stack>
      <Card
        flush
        title={t("person.ids")}
        note={t("person.idsNote")}
        actions={
          may ? (
            <Button size="small" icon={<GitMerge size={14} aria-hidden />} onClick={() => setMerging(true)}>
              {t("merges.mergeWith")}
            </Button>
          ) : null
        }
      >
        <IdTable ids={person.ids} />
      </Card>
      <Card flush title={t("person.links")} note={t("person.linksNote")}>
        <Ready query={merges} rows={3}>
          {(data) => {
            const items = data.pages.flatMap((page) => page.items);
            return items.length ? <MergeTable merges={items} /> : <Notice compact icon={Link2} title={t("person.noLinks")} />;
          }}
        </Ready>
      </Card>
      <MergeDialog open={merging} person={person} onClose={() => setMerging(false)} />
    </Stack>
  );
}

function IdTable({ ids }: { ids: readonly PersonId[] }): ReactNode {
  const { t } = useTranslation();
  const kindWord = useIdKind();
  const columns: TableColumnsType<PersonId> = [
    { title: t("person.idKind"), key: "kind", width: 160, render: (_, id) => kindWord(id.kind) },
    { title: t("person.idValue"), key: "value", render: (_, id) => <Code value={id.value} /> },
  ];
  return (
    <Table<PersonId>
      rowKey={(id) => `${id.kind} ${id.value}`}
      size="middle"
      columns={columns}
      dataSource={[...ids]}
      pagination={ids.length > 20 ? { pageSize: 20 } : false}
    />
  );
}
