// What would this source give? Its columns, the first events and what is wrong with the rows; nothing is written.
import { Alert, Modal } from "antd";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Stack } from "@/parts/Page";
import { Failure, Loading } from "@/parts/states";
import { Previews } from "../imports/CheckStep";
import { useProblemWords } from "../imports/problems";
import { useTrySource, type SourceBody } from "./queries";
import styles from "./Sources.module.css";

interface TrialDialogProps {
  /** Id of a saved source, or a source that is not saved yet. */
  readonly what: string | SourceBody;
  readonly name: string;
  readonly onClose: () => void;
}

export function TrialDialog({ what, name, onClose }: TrialDialogProps): ReactNode {
  const { t } = useTranslation();
  const { mutate, data, error } = useTrySource();
  useEffect(() => mutate(what), [mutate, what]);
  return (
    <Modal open onCancel={onClose} footer={null} width={680} title={t("sources.tryTitle", { name })}>
      {error ? <Failure error={error} retry={() => mutate(what)} /> : data ? <Shown trial={data} /> : <Loading />}
    </Modal>
  );
}

function Shown({ trial }: { trial: Schemas["TrialAnswer"] }): ReactNode {
  const { t } = useTranslation();
  const words = useProblemWords();
  const good = trial.problems.length === 0;
  return (
    <Stack>
      <Alert
        type={good ? "success" : "warning"}
        showIcon
        title={t("sources.reached", { count: trial.rows_read })}
        description={trial.null_cursor ? t("sources.nullCursor") : undefined}
      />
      <p className={styles.columns}>
        <span className="soft">{t("sources.columns")}</span>{" "}
        {trial.columns.map((column) => (
          <code key={column}>{column}</code>
        ))}
      </p>
      {good ? null : (
        <ul className={styles.problems}>
          {trial.problems.slice(0, 20).map((problem) => (
            <li key={`${problem.row} ${problem.column} ${problem.what}`}>
              {t("imports.check.fromRow", { row: problem.row })} <code>{problem.column}</code> {words(problem.what)}{" "}
              <code>{problem.got}</code>
            </li>
          ))}
        </ul>
      )}
      <Previews previews={trial.previews} />
    </Stack>
  );
}
