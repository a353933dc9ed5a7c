// What can be said? All templates, and where to write a new one.
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { FilePlus2, MailPlus, Palette } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Outreach.module.css";
import { templatesQuery, type Template } from "./queries";
import { useChannelName } from "./useChannelName";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(templatesQuery(slug));
  return (
    <Page title={t("messageTemplates.title")} lead={t("messageTemplates.lead")} actions={<Actions />}>
      <Card flush>
        <Ready query={query}>
          {({ items }) =>
            items.length > 0 ? (
              <Templates items={items} />
            ) : (
              <Notice
                icon={MailPlus}
                title={t("messageTemplates.none.title")}
                text={t("messageTemplates.none.text")}
                action={<NewButton />}
              />
            )
          }
        </Ready>
      </Card>
    </Page>
  );
}

function Actions(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <>
      <Link to={path("design")}>
        <Button icon={<Palette size={14} aria-hidden />}>{t("messageDesign.title")}</Button>
      </Link>
      <NewButton />
    </>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("messages:write") ? (
    <Link to={path("templates", "new-template")}>
      <Button type="primary" icon={<FilePlus2 size={14} aria-hidden />}>
        {t("messageTemplates.new")}
      </Button>
    </Link>
  ) : null;
}

function Templates({ items }: { items: readonly Template[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const channel = useChannelName();
  const columns: TableColumnsType<Template> = [
    {
      title: t("messageTemplates.name"),
      key: "name",
      render: (_, one) => (
        <Link to={path("templates", one.template_id)} className={styles.name}>
          <strong>{one.name}</strong>
          <span>{one.template_id}</span>
        </Link>
      ),
    },
    { title: t("messages.channel"), key: "channel", width: 150, render: (_, one) => channel(one.channel) },
    { title: t("messages.kind"), key: "kind", width: 140, responsive: ["md"], render: (_, one) => t(`messages.kinds.${one.kind}`) },
    { title: t("messageTemplates.version"), key: "version", width: 100, responsive: ["md"], dataIndex: "version" },
    { title: t("messageTemplates.saved"), key: "saved", width: 130, render: (_, one) => <Time at={one.saved_at} /> },
  ];
  return <Table<Template> rowKey="template_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
