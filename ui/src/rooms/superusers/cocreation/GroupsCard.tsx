// Who tries what is new before others? Beta groups, who was invited, and what they said.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Select, Table, type TableColumnsType } from "antd";
import { FlaskConical, Tags } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Stack } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { PersonLink } from "./PersonLink";
import { groupsQuery, membersQuery, useSaveGroup, useTurnMember, type Group, type Member } from "./queries";

const STATES = ["invited", "accepted", "declined", "left"] as const;
const TONES: Record<Member["state"], Tone> = { invited: "info", accepted: "good", declined: "plain", left: "plain" };

export function GroupsCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [chosen, choose] = useParam("group");
  const query = useQuery(groupsQuery(slug));
  const columns: TableColumnsType<Group> = [
    {
      title: t("cocreation.group"),
      key: "name",
      render: (_, one) => (
        <Button type="link" size="small" onClick={() => choose(one.key)}>
          {one.name}
        </Button>
      ),
    },
    ...STATES.map((state) => ({
      title: t(`cocreation.memberStates.${state}`),
      key: state,
      width: 110,
      align: "end" as const,
      render: (_: unknown, one: Group) => <Num value={one.states[state] ?? 0} />,
    })),
  ];
  return (
    <Stack>
      <Card
        flush
        title={t("cocreation.tabs.groups")}
        note={t("cocreation.groupsNote")}
        actions={useMay("superusers:write") ? <NewGroup onMade={choose} /> : null}
      >
        <Ready query={query}>
          {({ items }) =>
            items.length > 0 ? (
              <Table
                rowKey="key"
                size="middle"
                columns={columns}
                dataSource={[...items]}
                pagination={false}
                scroll={{ x: "max-content" }}
              />
            ) : (
              <Notice compact icon={FlaskConical} title={t("cocreation.noGroups")} />
            )
          }
        </Ready>
      </Card>
      {chosen && query.data?.items.some((one) => one.key === chosen) ? <Members groupKey={chosen} /> : null}
    </Stack>
  );
}

function NewGroup({ onMade }: { onMade: (key: string) => void }): ReactNode {
  const { t } = useTranslation();
  const failed = useFailed();
  const [name, setName] = useState("");
  const { mutate, isPending } = useSaveGroup();
  const key =
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 40) || "group";
  const save = (): void =>
    mutate(
      { key, name: name.trim() },
      {
        onSuccess: () => {
          setName("");
          onMade(key);
        },
        onError: failed,
      },
    );
  return (
    <Input.Search
      aria-label={t("cocreation.groupName")}
      placeholder={t("cocreation.groupName")}
      value={name}
      maxLength={200}
      onChange={(event) => setName(event.target.value)}
      enterButton={t("cocreation.newGroup")}
      loading={isPending}
      onSearch={() => (name.trim() ? save() : undefined)}
      style={{ width: 280 }}
    />
  );
}

function Members({ groupKey }: { groupKey: string }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { slug } = useWorkspace();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("superusers:write");
  const query = useQuery(membersQuery(slug, groupKey));
  const { mutate, isPending } = useTurnMember(groupKey);
  const turn = (member: string, state: Member["state"]): void =>
    mutate(
      { member, state },
      {
        onSuccess: () => void message.success(t(`cocreation.memberStates.${state}`)),
        onError: failed,
      },
    );
  const columns: TableColumnsType<Member> = [
    { title: t("cocreation.person"), key: "person", render: (_, one) => <PersonLink person={one.person} /> },
    {
      title: t("cocreation.state"),
      key: "state",
      width: 180,
      render: (_, one) => {
        const id = one.person?.ids.find((each) => each.kind === "user_id")?.value;
        return may && id ? (
          <Select
            aria-label={t("cocreation.state")}
            size="small"
            value={one.state}
            disabled={isPending}
            onChange={(state) => turn(id, state)}
            options={STATES.map((value) => ({ value, label: t(`cocreation.memberStates.${value}`) }))}
            style={{ width: 130 }}
          />
        ) : (
          <Pill tone={TONES[one.state]}>{t(`cocreation.memberStates.${one.state}`)}</Pill>
        );
      },
    },
    { title: t("cocreation.changed"), key: "at", width: 140, render: (_, one) => <Time at={one.changed_at} /> },
  ];
  return (
    <Card
      flush
      title={t("cocreation.members")}
      actions={
        <>
          {query.data && query.data.items.length > 0 ? (
            <Link to={path("tags", "beta_groups")}>
              <Button icon={<Tags size={14} aria-hidden />}>{t("cocreation.groupsTag")}</Button>
            </Link>
          ) : null}
          {may ? <Invite busy={isPending} onInvite={(user) => turn(user, "invited")} /> : null}
        </>
      }
    >
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <Table
              rowKey={(one) => `${one.group} ${one.person?.person_id ?? one.invited_at}`}
              size="middle"
              columns={columns}
              dataSource={[...items]}
              pagination={false}
              scroll={{ x: "max-content" }}
            />
          ) : (
            <Notice compact icon={FlaskConical} title={t("cocreation.noMembers")} />
          )
        }
      </Ready>
    </Card>
  );
}

function Invite({ busy, onInvite }: { busy: boolean; onInvite: (user: string) => void }): ReactNode {
  const { t } = useTranslation();
  const [user, setUser] = useState("");
  const invite = (): void => {
    if (user.trim() === "") return;
    onInvite(user.trim());
    setUser("");
  };
  return (
    <Input.Search
      aria-label={t("cocreation.userId")}
      placeholder={t("cocreation.userId")}
      value={user}
      maxLength={500}
      onChange={(event) => setUser(event.target.value)}
      enterButton={t("cocreation.invite")}
      loading={busy}
      onSearch={invite}
      style={{ width: 260 }}
    />
  );
}
