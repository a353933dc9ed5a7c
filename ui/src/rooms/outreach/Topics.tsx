// What can people subscribe to?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Modal, Select, Switch, Table, type TableColumnsType } from "antd";
import { ListPlus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Field } from "@/parts/Field";
import { Bar, Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, useWorkspace } from "@/shell/workspace";
import { keyOf } from "./draft";
import styles from "./Outreach.module.css";
import { topicsQuery, useArchiveTopic, useSaveTopic, type Topic } from "./queries";

const NEW: Topic = {
  key: "",
  name_zh: "",
  name_en: "",
  description_zh: "",
  description_en: "",
  kind: "benefit",
  default: "unsubscribed",
  double_opt_in: true,
  channels: [],
};

export function Topics(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(topicsQuery(slug));
  const [edited, setEdited] = useState<Topic | null>(null);
  const may = useMay("messages:write");
  const add = may ? (
    <Button type="primary" icon={<ListPlus size={14} aria-hidden />} onClick={() => setEdited(NEW)}>
      {t("restraints.newTopic")}
    </Button>
  ) : null;
  return (
    <>
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <>
              <Bar>{add}</Bar>
              <Card flush>
                <TopicTable items={items} onEdit={may ? setEdited : undefined} />
              </Card>
            </>
          ) : (
            <Card>
              <Notice icon={ListPlus} title={t("restraints.noTopics.title")} text={t("restraints.noTopics.text")} action={add} />
            </Card>
          )
        }
      </Ready>
      {edited ? <Editor topic={edited} onDone={() => setEdited(null)} /> : null}
    </>
  );
}

function TopicTable({ items, onEdit }: { items: readonly Topic[]; onEdit: ((topic: Topic) => void) | undefined }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const columns: TableColumnsType<Topic> = [
    {
      title: t("restraints.topic"),
      key: "name",
      render: (_, one) => (
        <span className={styles.name}>
          <strong>{language === "zh" ? one.name_zh : one.name_en}</strong>
          <span>{language === "zh" ? one.description_zh : one.description_en}</span>
        </span>
      ),
    },
    { title: t("messages.kind"), key: "kind", width: 150, render: (_, one) => t(`messages.kinds.${one.kind}`) },
    {
      title: t("restraints.default"),
      key: "default",
      width: 220,
      responsive: ["md"],
      render: (_, one) => t(`restraints.defaults.${one.default}`),
    },
    {
      key: "edit",
      width: 90,
      render: (_, one) => (onEdit ? <Button onClick={() => onEdit(one)}>{t("restraints.change")}</Button> : null),
    },
  ];
  return <Table<Topic> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

function Editor({ topic, onDone }: { topic: Topic; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const failed = useFailed();
  const [draft, setDraft] = useState(topic);
  const save = useSaveTopic();
  const archive = useArchiveTopic();
  const change = (part: Partial<Topic>): void => setDraft((before) => ({ ...before, ...part }));
  const send = (): void => {
    const key = draft.key || keyOf(draft.name_en || draft.name_zh);
    save.mutate(
      { ...draft, key, name_en: draft.name_en || draft.name_zh, name_zh: draft.name_zh || draft.name_en },
      { onSuccess: onDone, onError: failed },
    );
  };
  const ask = (): void =>
    void modal.confirm({
      title: t("restraints.archiveTitle"),
      content: t("restraints.archiveText"),
      okText: t("restraints.archive"),
      onOk: () => archive.mutateAsync(topic.key).then(onDone, failed),
    });
  return (
    <Modal
      open
      title={topic.key ? t("restraints.changeTopic") : t("restraints.newTopic")}
      onCancel={onDone}
      onOk={send}
      okText={t("actions.save")}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: !(draft.name_zh.trim() || draft.name_en.trim()) }}
    >
      <div className={styles.form}>
        {(["name_zh", "name_en", "description_zh", "description_en"] as const).map((name) => (
          <Field key={name} label={t(`restraints.fields.${name}`)} wide>
            {(id) => <Input id={id} value={draft[name]} maxLength={200} onChange={(event) => change({ [name]: event.target.value })} />}
          </Field>
        ))}
        <Field label={t("messages.kind")} wide>
          {(id) => (
            <Select
              id={id}
              value={draft.kind}
              onChange={(kind) => change({ kind })}
              options={(["service", "benefit", "sales"] as const).map((value) => ({ value, label: t(`messages.kinds.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("restraints.default")} wide>
          {(id) => (
            <Select
              id={id}
              value={draft.default}
              onChange={(value) => change({ default: value })}
              options={(["unsubscribed", "subscribed"] as const).map((value) => ({ value, label: t(`restraints.defaults.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("restraints.doubleOptIn")} wide>
          {(id) => <Switch id={id} checked={draft.double_opt_in} onChange={(double_opt_in) => change({ double_opt_in })} />}
        </Field>
        {topic.key ? (
          <Button danger onClick={ask}>
            {t("restraints.archive")}
          </Button>
        ) : null}
      </div>
    </Modal>
  );
}
