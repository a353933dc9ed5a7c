// What did this person contribute, and how did we thank them?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Select, Table } from "antd";
import { HeartHandshake } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { NotFound, Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Money, Num, Time } from "@/parts/values";
import { personName } from "@/rooms/profiles/personName";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { IdeaTable } from "./IdeasCard";
import { recordQuery, useThank, type AdvocateRecord, type How } from "./queries";
import { VoiceTable } from "./VoicesCard";

const HOWS = ["words", "call", "gift", "points", "coupon", "named", "early_access"] as const;

export function Component(): ReactNode {
  const { person = "" } = useParams();
  return /^\d{1,15}$/.test(person) ? <Advocate person={Number(person)} /> : <NotFound />;
}

function Advocate({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(recordQuery(slug, person));
  const name = (query.data ? personName(query.data.person) : null) ?? `#${person}`;
  return (
    <Page
      title={name}
      lead={t("cocreation.recordLead")}
      crumb={<Link to={path("cocreation")}>{t("cocreation.title")}</Link>}
      actions={
        <>
          <Link to={path("people", String(person))}>
            <Button>{t("cocreation.toPerson")}</Button>
          </Link>
          <Link to={`${path("word-of-mouth")}?person=${person}`}>
            <Button>{t("cocreation.toTree")}</Button>
          </Link>
        </>
      }
    >
      <Ready query={query} rows={8}>
        {(record) => <Shown record={record} />}
      </Ready>
    </Page>
  );
}

function Shown({ record }: { record: AdvocateRecord }): ReactNode {
  const { t } = useTranslation();
  const paid = record.rewards.filter((one) => one.state === "paid").length;
  return (
    <Stack>
      <Card>
        <Stats>
          <Stat
            name={t("cocreation.broughtPeople")}
            value={<Num value={record.brought?.direct ?? 0} />}
            note={
              <>
                {t("cocreation.credit")} <Money minor={record.brought?.credit_minor ?? 0} />
              </>
            }
          />
          <Stat
            name={t("cocreation.tabs.ideas")}
            value={<Num value={record.ideas.length} />}
            note={t("cocreation.votedFor", { count: record.votes })}
          />
          <Stat name={t("cocreation.tabs.voices")} value={<Num value={record.voices.length} />} />
          <Stat
            name={t("cocreation.thanked")}
            value={<Num value={record.thanks.length} />}
            note={t("cocreation.rewardsPaid", { count: paid })}
          />
        </Stats>
      </Card>
      <ThanksCard record={record} />
      {record.ideas.length > 0 ? (
        <Card flush title={t("cocreation.tabs.ideas")}>
          <IdeaTable items={record.ideas} onAnswer={null} />
        </Card>
      ) : null}
      {record.voices.length > 0 ? (
        <Card flush title={t("cocreation.tabs.voices")}>
          <VoiceTable items={record.voices} onConsent={null} />
        </Card>
      ) : null}
    </Stack>
  );
}

function ThanksCard({ record }: { record: AdvocateRecord }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("superusers:write");
  const [how, setHow] = useState<How>("words");
  const [text, setText] = useState("");
  const { mutate, isPending } = useThank(record.person.person_id);
  const save = (): void =>
    mutate(
      { how, text: text.trim() },
      {
        onSuccess: () => {
          void message.success(t("cocreation.saved"));
          setText("");
        },
        onError: failed,
      },
    );
  return (
    <Card
      flush
      title={t("cocreation.thanks")}
      actions={
        may ? (
          <>
            <Select<How>
              aria-label={t("cocreation.how")}
              value={how}
              onChange={setHow}
              options={HOWS.map((value) => ({ value, label: t(`cocreation.hows.${value}`) }))}
              style={{ minWidth: 130 }}
            />
            <Input.Search
              aria-label={t("cocreation.whatFor")}
              placeholder={t("cocreation.whatFor")}
              value={text}
              maxLength={500}
              onChange={(event) => setText(event.target.value)}
              enterButton={t("cocreation.thank")}
              loading={isPending}
              onSearch={() => (text.trim() ? save() : undefined)}
              style={{ width: 280 }}
            />
          </>
        ) : null
      }
    >
      {record.thanks.length > 0 ? (
        <Table
          rowKey={(one) => `${one.at} ${one.what_for}`}
          size="middle"
          columns={[
            { title: t("cocreation.how"), key: "how", width: 150, render: (_, one) => t(`cocreation.hows.${one.how}`) },
            { title: t("cocreation.whatFor"), dataIndex: "what_for" },
            { title: t("cocreation.by"), dataIndex: "by", width: 200 },
            { title: t("cocreation.since"), key: "at", width: 130, render: (_, one) => <Time at={one.at} /> },
          ]}
          dataSource={[...record.thanks]}
          pagination={false}
          scroll={{ x: "max-content" }}
        />
      ) : (
        <Notice compact icon={HeartHandshake} title={t("cocreation.notThanked")} />
      )}
    </Card>
  );
}
