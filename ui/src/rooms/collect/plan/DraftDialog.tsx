// What does real traffic look like? A plan drafted from it, to be reviewed event by event before any of it counts.
import { Alert, Button, Modal, Table, type TableColumnsType } from "antd";
import { BookCheck } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan } from "@/api/contract";
import { Pill } from "@/parts/Pill";
import { Failure, Loading, Notice } from "@/parts/states";
import { Num } from "@/parts/values";
import { acceptProposals, proposals, type Proposal, type Traffic } from "./edit";
import styles from "./Plan.module.css";
import { useDraft } from "./queries";

interface DraftDialogProps {
  readonly open: boolean;
  readonly plan: Plan;
  readonly saving: boolean;
  readonly onSave: (plan: Plan) => void;
  readonly onClose: () => void;
}

export function DraftDialog(props: DraftDialogProps): ReactNode {
  const { t } = useTranslation();
  const { open, onClose } = props;
  return (
    <Modal open={open} onCancel={onClose} footer={null} title={t("plan.draft.title")} width={720} destroyOnHidden>
      <Review {...props} />
    </Modal>
  );
}

function Review({ plan, saving, onSave, onClose }: DraftDialogProps): ReactNode {
  const { t } = useTranslation();
  const { mutate, data, error } = useDraft();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => mutate(), [mutate]);
  if (error) return <Failure error={error} retry={mutate} />;
  if (!data) return <Loading />;
  const found = proposals(plan, data as Traffic); // the answer is complete, though the document calls its fields optional
  if (found.length === 0) return <Notice compact icon={BookCheck} title={t("plan.draft.nothing")} />;
  const chosen = found.filter((each) => !left.has(each.key));
  return (
    <>
      <Alert type="info" showIcon title={t("plan.draft.text")} style={{ marginBottom: 12 }} />
      <ProposalTable
        found={found}
        chosen={chosen}
        onChoose={(names) => setLeft(new Set(found.map((each) => each.key).filter((name) => !names.includes(name))))}
      />
      <div className={styles.footer}>
        <Button onClick={onClose}>{t("actions.cancel")}</Button>
        <Button type="primary" disabled={chosen.length === 0} loading={saving} onClick={() => onSave(acceptProposals(plan, chosen))}>
          {t("plan.draft.accept", { count: chosen.length })}
        </Button>
      </div>
    </>
  );
}

interface ProposalTableProps {
  readonly found: readonly Proposal[];
  readonly chosen: readonly Proposal[];
  readonly onChoose: (names: readonly string[]) => void;
}

function ProposalTable({ found, chosen, onChoose }: ProposalTableProps): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Proposal> = [
    {
      title: t("plan.event"),
      key: "name",
      render: (_, row) => <strong>{row.kind === "traits" ? t("plan.traits") : row.event.name}</strong>,
    },
    {
      title: t("plan.draft.kind"),
      key: "kind",
      width: 140,
      render: (_, row) => <Pill tone={row.kind === "new" ? "good" : "info"}>{t(`plan.draft.kinds.${row.kind}`)}</Pill>,
    },
    {
      title: t("plan.draft.seen"),
      key: "seen",
      width: 100,
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <Num value={row.seen} />,
    },
    { title: t("plan.properties"), key: "properties", width: 110, align: "right", render: (_, row) => row.added.length },
  ];
  return (
    <Table<Proposal>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...found]}
      pagination={false}
      scroll={{ y: 380 }}
      rowSelection={{ selectedRowKeys: chosen.map((each) => each.key), onChange: (keys) => onChoose(keys.map(String)) }}
      expandable={{
        rowExpandable: (row) => row.added.length > 0,
        expandedRowRender: (row) => (
          <ul className={styles.seen}>
            {row.added.map((property) => (
              <li key={property.name}>
                <code>{property.name}</code> <span className="soft">{t(`plan.types.${property.type}`)}</span>
                {property.required ? <Pill>{t("plan.required")}</Pill> : null}
                {property.allowed ? <span className="faint">{property.allowed.map(String).join(", ")}</span> : null}
              </li>
            ))}
          </ul>
        ),
      }}
    />
  );
}
