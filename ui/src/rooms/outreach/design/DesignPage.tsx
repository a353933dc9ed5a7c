// How does everything that we send look, and which parts do templates share? The theme above, the blocks below.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Segmented, Table, type TableColumnsType } from "antd";
import { Blocks, FilePlus2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card, Page, Stack } from "@/parts/Page";
import { Failure, Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Letter } from "../Letter";
import styles from "../Outreach.module.css";
import { blocksQuery, themeLookQuery, themeQuery, useSaveTheme, type Block, type Theme } from "./queries";
import { ThemeFields } from "./ThemeFields";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const theme = useQuery(themeQuery(slug));
  return (
    <Page
      title={t("messageDesign.title")}
      lead={t("messageDesign.lead")}
      crumb={<Link to={path("templates")}>{t("messageTemplates.title")}</Link>}
    >
      <Stack>
        <Ready query={theme}>{(found) => <Look key={found.version} known={found} />}</Ready>
        <AllBlocks />
      </Stack>
    </Page>
  );
}

interface Known {
  readonly version: number;
  readonly spec: Theme;
  readonly used_by: readonly string[];
}

function Look({ known }: { known: Known }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { language } = useLanguage();
  const [spec, setSpec] = useState(known.spec);
  const [shown, setShown] = useState<"zh" | "en">(language);
  const { mutate, isPending } = useSaveTheme();
  const may = useMay("messages:write");
  const save = (): void =>
    mutate(
      { spec, if_version: known.version },
      { onSuccess: ({ version }) => void message.success(t("messageDesign.saved", { version })), onError: failed },
    );
  return (
    <div className={styles.two}>
      <Card
        title={t("messageDesign.theme")}
        actions={
          may ? (
            <Button type="primary" loading={isPending} onClick={save}>
              {t("actions.save")}
            </Button>
          ) : null
        }
      >
        <div className={styles.form}>
          <span className="faint">{t("messageDesign.themeNote", { example: "{{ theme.primary_color }}" })}</span>
          <span>
            {known.version ? t("messageDesign.version", { version: known.version }) : t("messageDesign.standard")}
            {" · "}
            {t("messageDesign.usedBy", { count: known.used_by.length })}
          </span>
          <Segmented<"zh" | "en">
            value={shown}
            onChange={setShown}
            aria-label={t("messageTemplates.language")}
            options={(["zh", "en"] as const).map((value) => ({ value, label: t(`messageTemplates.languages.${value}`) }))}
          />
          <ThemeFields spec={spec} language={shown} onChange={(part) => setSpec((before) => ({ ...before, ...part }))} />
        </div>
      </Card>
      <Sample spec={spec} language={shown} />
    </div>
  );
}

function Sample({ spec, language }: { spec: Theme; language: "zh" | "en" }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(themeLookQuery(slug, useDelayed(JSON.stringify({ spec, language }), 400)));
  return (
    <Card title={t("messageDesign.preview")}>
      {query.error ? <Failure error={query.error} /> : null}
      {query.data && !query.error ? <Letter subject="" html={query.data.html} text={query.data.text} /> : null}
    </Card>
  );
}

function AllBlocks(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(blocksQuery(slug));
  return (
    <Card title={t("messageDesign.blocks")} actions={<NewBlock />} flush>
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <BlockTable items={items} />
          ) : (
            <Notice icon={Blocks} title={t("messageDesign.none.title")} text={t("messageDesign.none.text")} />
          )
        }
      </Ready>
    </Card>
  );
}

function NewBlock(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("messages:write") ? (
    <Link to={path("design", "new-block")}>
      <Button icon={<FilePlus2 size={14} aria-hidden />}>{t("messageDesign.newBlock")}</Button>
    </Link>
  ) : null;
}

function BlockTable({ items }: { items: readonly Block[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Block> = [
    {
      title: t("messageDesign.name"),
      key: "name",
      render: (_, one) => (
        <Link to={path("design", one.block_id)} className={styles.name}>
          <strong>{one.name}</strong>
          <span>{one.block_id}</span>
        </Link>
      ),
    },
    { title: t("messageDesign.users"), key: "used", width: 110, render: (_, one) => one.used_by.length },
    { title: t("messageTemplates.version"), key: "version", width: 100, responsive: ["md"], dataIndex: "version" },
    { title: t("messageTemplates.saved"), key: "saved", width: 130, responsive: ["md"], render: (_, one) => <Time at={one.saved_at} /> },
  ];
  return <Table<Block> rowKey="block_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
