// Who is in this workspace, and as what?
import { App, Button, Select, Table, type TableColumnsType } from "antd";
import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Member, Role } from "@/api/contract";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useFailed } from "@/parts/useFailed";
import { ROLES, useMay, useWorkspace } from "@/shell/workspace";
import { NewMember } from "./NewMember";
import { membersQuery, useChangeRole, useRemoveMember } from "./queries";
import { useSession } from "./session";
import styles from "./Settings.module.css";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("members:write");
  const query = useQuery(membersQuery(slug));
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div className={styles.toolbar}>
        <span>{t("settings.members.lead")}</span>
        {may ? (
          <Button type="primary" icon={<UserPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
            {t("settings.members.add")}
          </Button>
        ) : null}
      </div>
      <Card flush>
        <Ready query={query}>{(page) => <MemberTable members={page.items} may={may} />}</Ready>
      </Card>
      <NewMember open={adding} onClose={() => setAdding(false)} />
    </>
  );
}

function MemberTable({ members, may }: { members: readonly Member[]; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const { account } = useSession();
  const columns: TableColumnsType<Member> = [
    {
      title: t("settings.members.person"),
      key: "person",
      render: (_, member) => (
        <div className={styles.person}>
          <strong>
            {member.name} {member.account_id === account.id ? <Pill>{t("settings.members.you")}</Pill> : null}
          </strong>
          <span>{member.email}</span>
        </div>
      ),
    },
    { title: t("settings.members.role"), key: "role", width: 170, render: (_, member) => <RoleCell member={member} may={may} /> },
    { title: t("settings.members.since"), key: "since", width: 150, responsive: ["sm"], render: (_, member) => <Time at={member.since} /> },
    ...(may
      ? [{ key: "actions", width: 100, align: "right" as const, render: (_: unknown, member: Member) => <RemoveButton member={member} /> }]
      : []),
  ];
  return <Table<Member> rowKey="account_id" size="middle" columns={columns} dataSource={[...members]} pagination={false} />;
}

export function RoleSelect({ value, onChange, label }: { value?: Role; onChange?: (role: Role) => void; label: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Select<Role>
      {...(value ? { value } : {})}
      {...(onChange ? { onChange } : {})}
      aria-label={label}
      popupMatchSelectWidth={300}
      style={{ width: "100%" }}
      options={ROLES.map((role) => ({ value: role, label: t(`roles.${role}.name`) }))}
      optionRender={(option) => (
        <div className={styles.roleOption}>
          {option.label}
          <span>{option.value ? t(`roles.${option.value as Role}.text`) : null}</span>
        </div>
      )}
    />
  );
}

function RoleCell({ member, may }: { member: Member; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const change = useChangeRole();
  if (!may) return t(`roles.${member.role}.name`);
  const set = (role: Role): void =>
    change.mutate({ account_id: member.account_id, role }, { onSuccess: () => void message.success(t("states.saved")), onError: failed });
  return <RoleSelect value={member.role} onChange={set} label={t("settings.members.roleOf", { name: member.name })} />;
}

function RemoveButton({ member }: { member: Member }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const remove = useRemoveMember();
  const ask = (): void =>
    void modal.confirm({
      title: t("settings.members.removeTitle", { name: member.name }),
      content: t("settings.members.removeText"),
      okText: t("actions.remove"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutateAsync(member.account_id).catch(failed),
    });
  return (
    <Button size="small" type="text" danger onClick={ask} aria-label={t("settings.members.removeTitle", { name: member.name })}>
      {t("actions.remove")}
    </Button>
  );
}
