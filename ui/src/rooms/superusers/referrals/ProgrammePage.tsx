// What does one referral programme say, is it running, and whose codes are there?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Popconfirm, Table, type TableColumnsType } from "antd";
import { Pause, Play, Square, Ticket } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { Copy } from "@/parts/Copy";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { ProgrammeForm } from "./ProgrammeForm";
import {
  codesQuery,
  programmeQuery,
  useIssueCode,
  useTurnCode,
  useTurnProgramme,
  type Code,
  type ProgrammeState,
  type ProgrammeWhole,
} from "./queries";
import { EMPTY } from "./spec";
import { STATE_TONES } from "./tones";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  return key === "new-programme" ? <NewProgramme /> : <Standing programmeKey={key} />;
}

function NewProgramme(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  return (
    <Page
      title={t("referrals.new")}
      lead={t("referrals.newLead")}
      crumb={<Link to={path("referrals")}>{t("referrals.title")}</Link>}
      narrow
    >
      <ProgrammeForm programmeKey="" spec={EMPTY} version={0} onSaved={(saved) => void navigate(path("referrals", saved.key))} />
    </Page>
  );
}

function Standing({ programmeKey }: { programmeKey: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(programmeQuery(slug, programmeKey));
  return (
    <Page
      title={query.data?.spec.name ?? programmeKey}
      lead={t("referrals.oneLead")}
      crumb={<Link to={path("referrals")}>{t("referrals.title")}</Link>}
      actions={query.data ? <States programme={query.data} /> : null}
    >
      <Ready query={query} rows={10}>
        {(one) => <Shown key={one.version} one={one} />}
      </Ready>
    </Page>
  );
}

function Shown({ one }: { one: ProgrammeWhole }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const people = useMay("people:read");
  return (
    <Stack>
      <ProgrammeForm
        programmeKey={one.key}
        spec={one.spec}
        version={one.version}
        onSaved={() => void message.success(t("referrals.saved"))}
      />
      {people ? <Codes programme={one} /> : null}
      <Card flush title={t("referrals.versions")}>
        <Table
          rowKey="version"
          size="small"
          columns={[
            { title: t("referrals.version"), dataIndex: "version", width: 100 },
            { title: t("referrals.name"), key: "name", render: (_, each) => each.spec.name },
            { title: t("referrals.by"), dataIndex: "by" },
            { title: t("referrals.changed"), key: "at", width: 150, render: (_, each) => <Time at={each.at} /> },
          ]}
          dataSource={[...one.versions]}
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          scroll={{ x: "max-content" }}
        />
      </Card>
    </Stack>
  );
}

function States({ programme }: { programme: ProgrammeWhole }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("superusers:write");
  const { mutate, isPending } = useTurnProgramme(programme.key);
  const turn = (state: ProgrammeState): void =>
    mutate(state, { onSuccess: () => void message.success(t(`referrals.states.${state}`)), onError: failed });
  return (
    <>
      <Pill tone={STATE_TONES[programme.state]} dot>
        {t(`referrals.states.${programme.state}`)}
      </Pill>
      {may && (programme.state === "draft" || programme.state === "paused") ? (
        <Button type="primary" icon={<Play size={14} aria-hidden />} loading={isPending} onClick={() => turn("on")}>
          {t("referrals.begin")}
        </Button>
      ) : null}
      {may && programme.state === "on" ? (
        <Button icon={<Pause size={14} aria-hidden />} loading={isPending} onClick={() => turn("paused")}>
          {t("referrals.pause")}
        </Button>
      ) : null}
      {may && programme.state !== "ended" && programme.state !== "draft" ? (
        <Popconfirm title={t("referrals.endAsk")} okText={t("referrals.end")} onConfirm={() => turn("ended")}>
          <Button danger icon={<Square size={14} aria-hidden />} loading={isPending}>
            {t("referrals.end")}
          </Button>
        </Popconfirm>
      ) : null}
    </>
  );
}

function Codes({ programme }: { programme: ProgrammeWhole }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(codesQuery(slug, programme.key));
  return (
    <Card
      flush
      title={t("referrals.codes")}
      note={t("referrals.codesNote")}
      actions={useMay("superusers:write") ? <Issue programme={programme.key} /> : null}
    >
      <Ready query={query}>
        {({ items }) => (items.length > 0 ? <CodeTable items={items} /> : <Notice compact icon={Ticket} title={t("referrals.noCodes")} />)}
      </Ready>
    </Card>
  );
}

function Issue({ programme }: { programme: string }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const [user, setUser] = useState("");
  const { mutate, isPending } = useIssueCode(programme);
  const issue = (): void =>
    mutate(user.trim(), {
      onSuccess: (code) => {
        void message.success(t("referrals.issued", { code: code.code }));
        setUser("");
      },
      onError: failed,
    });
  return (
    <Input.Search
      aria-label={t("referrals.userId")}
      placeholder={t("referrals.userId")}
      value={user}
      maxLength={500}
      onChange={(event) => setUser(event.target.value)}
      enterButton={t("referrals.issue")}
      loading={isPending}
      onSearch={() => (user.trim() ? issue() : undefined)}
      style={{ width: 260 }}
    />
  );
}

function CodeTable({ items }: { items: readonly Code[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const failed = useFailed();
  const may = useMay("superusers:write");
  const { mutate, isPending } = useTurnCode();
  const columns: TableColumnsType<Code> = [
    {
      title: t("referrals.person"),
      key: "person",
      width: 220,
      render: (_, one) =>
        one.person ? (
          <Link to={path("people", String(one.person_id))}>
            <PersonLabel person={one.person} />
          </Link>
        ) : (
          `#${one.person_id}`
        ),
    },
    {
      title: t("referrals.code"),
      key: "code",
      width: 170,
      render: (_, one) => (
        <span className="tabular">
          {one.code} <Copy text={one.link} label={t("referrals.copyLink")} />
        </span>
      ),
    },
    { title: t("referrals.opened"), key: "opened", align: "end", width: 120, render: (_, one) => <Num value={one.opened} /> },
    { title: t("referrals.issuedAt"), key: "at", width: 140, render: (_, one) => <Time at={one.created_at} /> },
    {
      title: t("referrals.state"),
      key: "state",
      width: 190,
      render: (_, one) => (
        <>
          <Pill tone={one.active ? "good" : "plain"}>{t(one.active ? "referrals.codeOn" : "referrals.codeOff")}</Pill>{" "}
          {may ? (
            <Button size="small" disabled={isPending} onClick={() => mutate({ code: one.code, active: !one.active }, { onError: failed })}>
              {t(one.active ? "referrals.stopCode" : "referrals.letCode")}
            </Button>
          ) : null}
        </>
      ),
    },
  ];
  return <Table rowKey="code" size="middle" columns={columns} dataSource={[...items]} pagination={false} scroll={{ x: "max-content" }} />;
}
