// Which ids were joined, why, and can it be taken back? One row a link of the ledger.
import { App, Button, Table, type TableColumnsType } from "antd";
import { Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Merge, PersonId } from "@/api/contract";
import { Pill, type Tone } from "@/parts/Pill";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useIdKind } from "@/rooms/profiles/useIdKind";
import { useMay, usePath } from "@/shell/workspace";
import styles from "./Identity.module.css";
import { useRedoMerge, useUndoMerge } from "./queries";
import { useRefusalWords } from "./refusals";

const TONE: Record<Merge["state"], Tone> = { active: "good", rejected: "warn", undone: "plain" };

export function IdLabel({ id }: { id: PersonId }): ReactNode {
  const kindWord = useIdKind();
  return (
    <span className={styles.id}>
      <span className="faint">{kindWord(id.kind)}</span>
      <code>{id.value}</code>
    </span>
  );
}

export function MergeTable({ merges, withPerson = false }: { merges: readonly Merge[]; withPerson?: boolean }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("merges:write");
  const refusal = useRefusalWords();
  const columns: TableColumnsType<Merge> = [
    {
      title: t("merges.link"),
      key: "link",
      render: (_, merge) => (
        <div className={styles.pair}>
          <IdLabel id={merge.a} />
          <IdLabel id={merge.b} />
        </div>
      ),
    },
    ...(withPerson
      ? [
          {
            title: t("merges.person"),
            key: "person",
            width: 110,
            render: (_: unknown, merge: Merge) => <Link to={path("people", merge.person_id)}>{`#${merge.person_id}`}</Link>,
          },
        ]
      : []),
    { title: t("merges.cause"), key: "cause", width: 150, responsive: ["sm"], render: (_, merge) => t(`merges.causes.${merge.cause}`) },
    {
      title: t("merges.state"),
      key: "state",
      width: 190,
      render: (_, merge) => (
        <div>
          <Pill tone={TONE[merge.state]}>{t(`merges.states.${merge.state}`)}</Pill>
          {merge.reason ? <span className={styles.reason}>{refusal(merge.reason)}</span> : null}
        </div>
      ),
    },
    { title: t("merges.when"), key: "when", width: 130, responsive: ["md"], render: (_, merge) => <Time at={merge.ts} /> },
    ...(may
      ? [{ key: "undo", width: 100, align: "right" as const, render: (_: unknown, merge: Merge) => <UndoButton merge={merge} /> }]
      : []),
  ];
  return (
    <Table<Merge>
      rowKey="merge_id"
      size="middle"
      columns={columns}
      dataSource={[...merges]}
      pagination={false}
      scroll={{ x: "max-content" }}
    />
  );
}

function UndoButton({ merge }: { merge: Merge }): ReactNode {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const undo = useUndoMerge();
  const redo = useRedoMerge();
  if (merge.state !== "active") return null;
  const again = (undo_id: string): void =>
    redo.mutate(undo_id, { onSuccess: () => void message.success(t("merges.redone")), onError: failed });
  const done = (undo_id: string): ReactNode => (
    <>
      {t("merges.undone")}{" "}
      <Button type="link" size="small" onClick={() => again(undo_id)}>
        {t("merges.redo")}
      </Button>
    </>
  );
  const ask = (): void =>
    void modal.confirm({
      title: t("merges.undoTitle"),
      content: (
        <>
          <div className={styles.pair}>
            <IdLabel id={merge.a} />
            <IdLabel id={merge.b} />
          </div>
          <p style={{ marginTop: 10 }}>{t("merges.undoText")}</p>
        </>
      ),
      okText: t("merges.undo"),
      okButtonProps: { danger: true },
      onOk: () =>
        undo.mutateAsync(merge.merge_id).then(({ undo_id }) => void message.success({ duration: 8, content: done(undo_id) }), failed),
    });
  return (
    <Button size="small" type="text" icon={<Undo2 size={14} aria-hidden />} onClick={ask}>
      {t("merges.undo")}
    </Button>
  );
}
