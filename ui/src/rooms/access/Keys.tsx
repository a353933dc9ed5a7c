// Which keys let programs in? Write keys send events; API keys read and change what they were given.
import { App, Button, Table, type TableColumnsType } from "antd";
import { useQuery } from "@tanstack/react-query";
import { CodeXml, KeyRound } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Key } from "@/api/contract";
import { Code } from "@/parts/Copy";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { NewKey } from "./NewKey";
import { keysQuery, useRevokeKey } from "./queries";
import styles from "./Settings.module.css";
import { SnippetModal } from "./Snippets";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("keys:write");
  const query = useQuery(keysQuery(slug));
  const [making, setMaking] = useState(false);
  return (
    <>
      <div className={styles.toolbar}>
        <span>{t("settings.keys.lead")}</span>
        {may ? (
          <Button type="primary" icon={<KeyRound size={14} aria-hidden />} onClick={() => setMaking(true)}>
            {t("settings.keys.create")}
          </Button>
        ) : null}
      </div>
      <Card flush>
        <Ready query={query}>{(page) => (page.items.length ? <KeyTable keys={page.items} may={may} /> : <NoKeys />)}</Ready>
      </Card>
      <NewKey open={making} onClose={() => setMaking(false)} />
    </>
  );
}

function NoKeys(): ReactNode {
  const { t } = useTranslation();
  return <Notice compact icon={KeyRound} title={t("settings.keys.empty")} text={t("settings.keys.emptyText")} />;
}

function KeyTable({ keys, may }: { keys: readonly Key[]; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const [shown, setShown] = useState<string | null>(null);
  const columns: TableColumnsType<Key> = [
    {
      title: t("settings.keys.name"),
      key: "name",
      render: (_, key) => (
        <div className={styles.person}>
          <strong>{key.name}</strong>
          {key.token ? <Code value={key.token} shown={`${key.token.slice(0, 12)}…`} /> : <code className="faint">{`${key.hint}…`}</code>}
        </div>
      ),
    },
    {
      title: t("settings.keys.kind"),
      key: "kind",
      width: 120,
      render: (_, key) => <Pill tone={key.kind === "api" ? "violet" : "accent"}>{t(`settings.keys.kinds.${key.kind}`)}</Pill>,
    },
    { title: t("settings.keys.created"), key: "created", width: 130, responsive: ["md"], render: (_, key) => <Time at={key.created_at} /> },
    {
      title: t("settings.keys.used"),
      key: "used",
      width: 130,
      responsive: ["md"],
      render: (_, key) => (key.last_used_at ? <Time at={key.last_used_at} /> : <span className="faint">{t("time.never")}</span>),
    },
    {
      key: "actions",
      width: 190,
      align: "right",
      render: (_, key) => (
        <>
          {key.token && key.kind === "write" ? (
            <Button size="small" type="text" icon={<CodeXml size={14} aria-hidden />} onClick={() => setShown(key.token)}>
              {t("settings.keys.install")}
            </Button>
          ) : null}
          {may ? <RevokeButton apiKey={key} /> : null}
        </>
      ),
    },
  ];
  return (
    <>
      <Table<Key> rowKey="key_id" size="middle" columns={columns} dataSource={[...keys]} pagination={false} scroll={{ x: "max-content" }} />
      <SnippetModal token={shown} onClose={() => setShown(null)} />
    </>
  );
}

function RevokeButton({ apiKey }: { apiKey: Key }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const revoke = useRevokeKey();
  const title = t("settings.keys.revokeTitle", { name: apiKey.name });
  const ask = (): void =>
    void modal.confirm({
      title,
      content: t(`settings.keys.revokeText.${apiKey.kind}`),
      okText: t("settings.keys.revoke"),
      okButtonProps: { danger: true },
      onOk: () => revoke.mutateAsync(apiKey.key_id).catch(failed),
    });
  return (
    <Button size="small" type="text" danger onClick={ask} aria-label={title}>
      {t("settings.keys.revoke")}
    </Button>
  );
}
