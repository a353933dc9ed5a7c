// Which addresses is nothing sent to, and why?
import { useInfiniteQuery } from "@tanstack/react-query";
import { App, Button, Input, Modal, Table, type TableColumnsType } from "antd";
import { Download, MailMinus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Field } from "@/parts/Field";
import { Bar, Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { More } from "./MessagesPage";
import styles from "./Outreach.module.css";
import { suppressionsQuery, useRelease, useSuppress, type Suppression } from "./queries";
import { useChannelName } from "./useChannelName";

export function Suppressions(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [search, setSearch] = useParam("search");
  const [adding, setAdding] = useState(false);
  const query = useInfiniteQuery(suppressionsQuery(slug, useDelayed(search, 300)));
  return (
    <>
      <Bar>
        <Input.Search
          className={styles.choice ?? ""}
          value={search}
          placeholder={t("restraints.searchAddress")}
          aria-label={t("restraints.searchAddress")}
          onChange={(event) => setSearch(event.target.value, { replace: true })}
        />
        <Button icon={<Download size={14} aria-hidden />} href={`/api/workspaces/${slug}/suppressions/file`} download>
          {t("restraints.download")}
        </Button>
        {useMay("messages:write") ? <Button onClick={() => setAdding(true)}>{t("restraints.suppress")}</Button> : null}
      </Bar>
      <Card flush>
        <Ready query={query}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length > 0 ? (
              <Addresses items={items} />
            ) : (
              <Notice icon={MailMinus} title={t("restraints.noAddresses.title")} text={t("restraints.noAddresses.text")} />
            );
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
      {adding ? <Adding onDone={() => setAdding(false)} /> : null}
    </>
  );
}

function Addresses({ items }: { items: readonly Suppression[] }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const channel = useChannelName();
  const failed = useFailed();
  const { mutate } = useRelease();
  const may = useMay("messages:write");
  const columns: TableColumnsType<Suppression> = [
    { title: t("restraints.address"), key: "address", dataIndex: "address" },
    { title: t("messages.channel"), key: "channel", width: 140, responsive: ["md"], render: (_, one) => channel(one.channel) },
    {
      title: t("restraints.because"),
      key: "reason",
      width: 160,
      render: (_, one) => words(`restraints.reasons.${one.reason}`) ?? one.reason,
    },
    { title: t("messages.when"), key: "at", width: 130, responsive: ["md"], render: (_, one) => <Time at={one.at} /> },
    {
      key: "release",
      width: 110,
      render: (_, one) => (may ? <Button onClick={() => mutate(one, { onError: failed })}>{t("restraints.release")}</Button> : null),
    },
  ];
  return (
    <Table<Suppression>
      rowKey={(one) => `${one.channel} ${one.address}`}
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={false}
    />
  );
}

function Adding({ onDone }: { onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const failed = useFailed();
  const [addresses, setAddresses] = useState("");
  const { mutate, isPending } = useSuppress();
  const send = (): void =>
    mutate(
      { channel: "email", addresses },
      {
        onSuccess: ({ added, known, refused }) => {
          onDone();
          void message.success(t("restraints.suppressed", { added, known }));
          if (refused.length > 0)
            void modal.warning({
              title: t("restraints.refusedLines", { count: refused.length }),
              content: refused
                .slice(0, 20)
                .map(({ line }) => t("restraints.refusedLine", { line }))
                .join(" "),
            });
        },
        onError: failed,
      },
    );
  return (
    <Modal
      open
      title={t("restraints.suppress")}
      onCancel={onDone}
      onOk={send}
      okText={t("restraints.suppress")}
      confirmLoading={isPending}
      okButtonProps={{ disabled: !addresses.trim() }}
    >
      <Field label={t("restraints.addresses")} note={t("restraints.addressesNote")} wide>
        {(id) => <Input.TextArea id={id} rows={8} value={addresses} onChange={(event) => setAddresses(event.target.value)} />}
      </Field>
    </Modal>
  );
}
