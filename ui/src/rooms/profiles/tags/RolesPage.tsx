// Which event is a purchase, a sign-up, an invitation? Guessed from what came in, and confirmed by a person.
import { useQuery } from "@tanstack/react-query";
import { App, AutoComplete, Button, Select, Table, type TableColumnsType } from "antd";
import { Check, Sparkles, Undo2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useEventNames, usePropertyNames } from "@/rooms/segments/names";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { formatPercent } from "./marks";
import { rolesQuery, useGuessRoles, useSetRole, type Role } from "./queries";
import styles from "./Tags.module.css";
import { useSpoken } from "./words";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(rolesQuery(slug));
  return (
    <Page
      title={t("tagRoles.title")}
      lead={t("tagRoles.lead")}
      crumb={<Link to={path("tags")}>{t("tags.title")}</Link>}
      actions={useMay("tags:write") ? <Guess /> : null}
    >
      <Ready query={query} rows={10}>
        {({ items }) => (
          <Stack>
            <Card flush title={t("tagRoles.ofEvents")}>
              <RoleTable roles={items.filter((role) => role.plays === "events")} />
            </Card>
            <Card flush title={t("tagRoles.ofProperties")}>
              <RoleTable roles={items.filter((role) => role.plays === "property")} />
            </Card>
          </Stack>
        )}
      </Ready>
    </Page>
  );
}

function Guess(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useGuessRoles();
  return (
    <Button
      icon={<Sparkles size={14} aria-hidden />}
      loading={isPending}
      onClick={() => mutate(undefined, { onSuccess: () => void message.success(t("tagRoles.guessed")), onError: failed })}
    >
      {t("tagRoles.guess")}
    </Button>
  );
}

function RoleTable({ roles }: { roles: readonly Role[] }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const may = useMay("tags:write");
  const columns: TableColumnsType<Role> = [
    {
      title: t("tagRoles.role"),
      key: "role",
      width: "30%",
      render: (_, role) => (
        <span className={styles.name}>
          <strong>{spoken(role.label, role.role)}</strong>
          <span>{spoken(role.text)}</span>
        </span>
      ),
    },
    {
      title: t("tagRoles.plays"),
      key: "plays",
      render: (_, role) => <Plays key={`${role.events.join()} ${role.property}`} role={role} may={may} />,
    },
    { title: t("tagRoles.state"), key: "state", width: 220, responsive: ["md"], render: (_, role) => <RoleState role={role} /> },
    ...(may
      ? [{ key: "actions", width: 130, align: "right" as const, render: (_: unknown, role: Role) => <RoleActions role={role} /> }]
      : []),
  ];
  return (
    <div className={styles.sideways}>
      <Table<Role> rowKey="role" size="middle" columns={columns} dataSource={[...roles]} pagination={false} />
    </div>
  );
}

function RoleState({ role }: { role: Role }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const spoken = useSpoken();
  if (role.state === null) return <Pill>{t("tagRoles.open")}</Pill>;
  const sure = role.state === "guessed" && role.confidence !== null;
  return (
    <>
      <Pill tone={role.state === "confirmed" ? "good" : "info"} dot>
        {t(`tagRoles.states.${role.state}`)}
      </Pill>{" "}
      {sure ? <span className="faint">{t("tagRoles.sure", { percent: formatPercent(role.confidence ?? 0, tag) })}</span> : null}
      <span className={styles.reason}>
        {role.state === "guessed" ? spoken(role.reason) : role.saved_by ? t("tagRoles.by", { who: role.saved_by }) : null}
      </span>
    </>
  );
}

function useSay(role: Role): { say: (plays: { events: string[]; property: string } | null) => void; busy: boolean } {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useSetRole();
  return {
    say: (plays) => mutate({ role: role.role, plays }, { onSuccess: () => void message.success(t("tagRoles.saved")), onError: failed }),
    busy: isPending,
  };
}

function RoleActions({ role }: { role: Role }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const { say, busy } = useSay(role);
  const name = spoken(role.label, role.role);
  if (role.state === "confirmed") {
    return (
      <Button
        size="small"
        type="text"
        icon={<Undo2 size={14} aria-hidden />}
        loading={busy}
        aria-label={t("tagRoles.forgetOf", { role: name })}
        onClick={() => say(null)}
      >
        {t("tagRoles.forget")}
      </Button>
    );
  }
  const nothing = role.events.length === 0 && role.property === "";
  return (
    <Button
      size="small"
      icon={<Check size={14} aria-hidden />}
      loading={busy}
      aria-label={t("tagRoles.confirmOf", { role: nothing ? `${name}, ${t("tagRoles.nothing")}` : name })}
      onClick={() => say({ events: [...role.events], property: role.property })}
    >
      {nothing ? t("tagRoles.nothing") : t("tagRoles.confirm")}
    </Button>
  );
}

/** What plays it; a change is saved when the field is left, and counts as confirmed. */
function Plays({ role, may }: { role: Role; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const { say } = useSay(role);
  const { events: known } = useEventNames();
  const names = usePropertyNames(NO_EVENTS);
  const [events, setEvents] = useState(role.events);
  const [property, setProperty] = useState(role.property);
  const name = spoken(role.label, role.role);
  if (!may) {
    const plays = [...role.events, role.property].filter((each) => each !== "");
    return plays.length > 0 ? plays.join(", ") : <span className="faint">{t("tagRoles.nothing")}</span>;
  }
  if (role.plays === "events") {
    return (
      <Select
        mode="multiple"
        className={styles.select ?? ""}
        value={events}
        onChange={setEvents}
        onBlur={() => {
          if (events.join() !== role.events.join()) say({ events, property: "" });
        }}
        options={known.map((event) => ({ value: event.name }))}
        placeholder={t("tagRoles.nothingPlays")}
        aria-label={t("tagRoles.events", { role: name })}
      />
    );
  }
  return (
    <AutoComplete
      className={styles.select ?? ""}
      value={property}
      onChange={setProperty}
      onBlur={() => {
        if (property.trim() !== role.property) say({ events: [...role.events], property: property.trim() });
      }}
      options={names.map((each) => ({ value: each.name }))}
      showSearch={{ filterOption: (typed, option) => option?.value.toLowerCase().includes(typed.toLowerCase()) ?? false }}
      placeholder={t("tagRoles.nothingPlays")}
      aria-label={t("tagRoles.property", { role: name })}
    />
  );
}

const NO_EVENTS: readonly string[] = [];
