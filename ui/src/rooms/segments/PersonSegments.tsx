// In which segments is this person, since when and why? And why are they not in another one?
import { useQuery } from "@tanstack/react-query";
import { Select, Table, type TableColumnsType } from "antd";
import { Blend } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { MemberWhy } from "./Explanation";
import { personSegmentsQuery, segmentQuery, segmentsQuery, type Membership } from "./queries";
import styles from "./Segments.module.css";

export function PersonSegments({ person }: { person: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(personSegmentsQuery(slug, person));
  return (
    <Ready query={query}>
      {({ items }) => (
        <Stack>
          <Card flush>
            <In items={items} person={person} />
          </Card>
          <Other person={person} known={new Set(items.map((one) => one.key))} />
        </Stack>
      )}
    </Ready>
  );
}

function In({ items, person }: { items: readonly Membership[]; person: number }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Membership> = [
    { title: t("segments.name"), key: "name", render: (_, one) => <Link to={path("segments", one.key)}>{one.name}</Link> },
    { title: t("segments.ofPerson.since"), key: "since", width: 140, render: (_, one) => <Time at={one.since} /> },
    {
      title: t("segments.ofPerson.by"),
      key: "by",
      width: 240,
      responsive: ["sm"],
      render: (_, one) => t(`segments.ofPerson.causes.${one.cause}`),
    },
  ];
  if (items.length === 0) {
    return <Notice compact icon={Blend} title={t("segments.ofPerson.empty.title")} text={t("segments.ofPerson.empty.text")} />;
  }
  return (
    <Table<Membership>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={items.length > 25 ? { pageSize: 25, showSizeChanger: false } : false}
      expandable={{
        expandedRowRender: (one) => <WhyOf segment={one.key} person={person} />,
        columnTitle: <span className="visually-hidden">{t("segments.why")}</span>,
      }}
    />
  );
}

function WhyOf({ segment, person }: { segment: string; person: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(segmentQuery(slug, segment));
  return (
    <Ready query={query} rows={2}>
      {(found) => <MemberWhy segment={found} person={person} />}
    </Ready>
  );
}

/** Any segment, asked for this person: also those that they are not in. */
function Other({ person, known }: { person: number; known: ReadonlySet<string> }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(segmentsQuery(slug));
  const [chosen, choose] = useState<string | null>(null);
  const others = (query.data?.items ?? []).filter((one) => !known.has(one.key));
  if (others.length === 0) return null;
  return (
    <Card title={t("segments.ofPerson.other")}>
      <Select<string>
        className={styles.search ?? ""}
        value={chosen}
        onChange={choose}
        placeholder={t("segments.ofPerson.choose")}
        aria-label={t("segments.ofPerson.choose")}
        showSearch={{ optionFilterProp: "label" }}
        options={others.map((one) => ({ value: one.key, label: one.name }))}
      />
      {chosen ? (
        <div className={styles.answer}>
          <WhyOf key={chosen} segment={chosen} person={person} />
        </div>
      ) : null}
    </Card>
  );
}
