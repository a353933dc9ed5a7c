// How does a file of spend get in? Chosen, looked at by the server without writing anything, and then taken as a whole.
import { Alert, App, Button, Spin, Table, type TableColumnsType } from "antd";
import { Download, FileUp } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney, formatNumber } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Day, Money } from "@/parts/values";
import dropStyles from "@/rooms/collect/imports/Imports.module.css";
import { usePath } from "@/shell/workspace";
import { stretchName } from "../frame";
import { useSendSpend, type Told } from "./queries";
import styles from "./Spend.module.css";

const EXAMPLE = "day,channel,amount\n2026-03-01,search,1200.50\n2026-03-01,social,800\n";

export function UploadSpend(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const path = usePath();
  const [file, setFile] = useState<File | null>(null);
  const trial = useSendSpend();
  const taking = useSendSpend();
  const [done, setDone] = useState(false);
  const choose = (next: File): void => {
    setFile(next);
    setDone(false);
    taking.reset();
    trial.mutate({ file: next, dry: true });
  };
  const forget = (): void => {
    setFile(null);
    trial.reset();
    taking.reset();
  };
  const take = (): void => {
    if (!file) return;
    taking.mutate(
      { file, dry: false },
      {
        onSuccess: (told) => {
          void message.success(t("spend.taken", { count: told.new + told.changed }));
          setDone(true);
          forget();
        },
      },
    );
  };
  const error = trial.error ?? taking.error;
  return (
    <Card title={t("spend.upload")} note={t("spend.uploadNote")} actions={<ExampleFile />}>
      <Stack gap={12}>
        {done ? (
          <Alert
            type="success"
            showIcon
            title={
              <>
                {t("spend.nowCac")} <Link to={path("kpis", "cac")}>{t("spend.toCac")}</Link>
              </>
            }
          />
        ) : null}
        {file === null ? <Drop onFile={choose} /> : null}
        {file !== null && trial.isPending ? (
          <p role="status">
            <Spin size="small" /> {t("spend.reading", { file: file.name })}
          </p>
        ) : null}
        {error ? (
          <div>
            <Refusal error={error} />
            <Faults error={error} />
            <Button onClick={forget}>{t("spend.other")}</Button>
          </div>
        ) : null}
        {file !== null && trial.data && !error ? (
          <Found file={file} told={trial.data} busy={taking.isPending} onTake={take} onOther={forget} />
        ) : null}
      </Stack>
    </Card>
  );
}

/** A file that shows how it must look. */
function ExampleFile(): ReactNode {
  const { t } = useTranslation();
  return (
    <a href={`data:text/csv;charset=utf-8,${encodeURIComponent(EXAMPLE)}`} download="spend.csv" className={styles.example}>
      <Download size={13} aria-hidden /> {t("spend.example")}
    </a>
  );
}

function Drop({ onFile }: { onFile: (file: File) => void }): ReactNode {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.item(0);
    if (file) onFile(file);
  };
  return (
    <div
      className={over ? dropStyles.dropOver : dropStyles.drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <FileUp size={26} strokeWidth={1.5} aria-hidden />
      <strong>{t("spend.drop")}</strong>
      <span className="soft">{t("spend.form")}</span>
      <Button onClick={() => input.current?.click()}>{t("spend.choose")}</Button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        accept=".csv,.tsv,.txt,text/csv"
        aria-label={t("spend.choose")}
        onChange={(event) => take(event.target.files)}
      />
    </div>
  );
}

const WHATS = ["empty", "no_text", "no_columns", "day", "amount", "channel", "quotes"] as const;

interface Fault {
  /** 0: the whole file. */
  readonly line: number;
  readonly what: (typeof WHATS)[number];
  readonly got: string;
}

function isFault(found: unknown): found is Fault {
  return typeof found === "object" && found !== null && "what" in found && WHATS.some((what) => what === found.what);
}

/** Which lines the server could not read, and why. */
function Faults({ error }: { error: unknown }): ReactNode {
  const { t } = useTranslation();
  const { faults } = asApiError(error).details;
  const known = Array.isArray(faults) ? (faults as unknown[]).filter(isFault) : [];
  if (known.length === 0) return null;
  return (
    <details className={styles.faults} open={known.every(({ line }) => line === 0)}>
      <summary>{known.every(({ line }) => line === 0) ? t("spend.faultsOfFile") : t("spend.faults", { count: known.length })}</summary>
      <ul>
        {known.map(({ line, what, got }) => (
          <li key={`${line} ${what}`}>
            {line > 0 ? t("spend.faultLine", { line }) : null}
            {t(`spend.faultWhats.${what}`, { got })}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface FoundProps {
  readonly file: File;
  readonly told: Told;
  readonly busy: boolean;
  readonly onTake: () => void;
  readonly onOther: () => void;
}

/** What the file would do. */
function Found({ file, told, busy, onTake, onOther }: FoundProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const moved = told.new + told.changed;
  const said = [
    told.new > 0 ? t("spend.wouldAdd", { count: told.new }) : "",
    told.changed > 0 ? t("spend.wouldReplace", { count: told.changed }) : "",
    told.same > 0 ? t("spend.wouldStay", { count: told.same }) : "",
  ].filter((words) => words !== "");
  const columns: TableColumnsType<Told["sample"][number]> = [
    { title: t("spend.day"), key: "day", render: (_, { day }) => <Day day={day} /> },
    { title: t("spend.channel"), key: "channel", render: (_, { channel }) => <span className={styles.channel}>{channel}</span> },
    {
      title: t("spend.before"),
      key: "before",
      align: "right",
      responsive: ["sm"],
      render: (_, { before_minor }) => (before_minor === null ? <span className="faint">–</span> : <Money minor={before_minor} />),
    },
    { title: t("spend.amount"), key: "amount", align: "right", render: (_, { amount_minor }) => <Money minor={amount_minor} /> },
  ];
  return (
    <div data-testid="spend-trial">
      <p>
        <strong>{file.name}</strong>{" "}
        {told.first_day && told.last_day ? <span className="soft">{stretchName(told.first_day, told.last_day, tag)}</span> : null}
      </p>
      <p className={styles.said} role="status">
        {said.length > 0 ? new Intl.ListFormat(tag).format(said) : t("spend.nothingIn")}{" "}
        {t("spend.sum", {
          amount: formatMoney(told.amount_minor, told.currency, tag),
          channels: new Intl.ListFormat(tag).format(told.channels.slice(0, 8).map(({ channel }) => channel)),
        })}
      </p>
      {told.sample.length > 0 ? (
        <Table
          rowKey={({ day, channel }) => `${day} ${channel}`}
          size="small"
          columns={columns}
          dataSource={[...told.sample]}
          pagination={false}
          {...(moved > told.sample.length
            ? { footer: () => t("spend.moreRows", { n: formatNumber(moved - told.sample.length, tag) }) }
            : {})}
        />
      ) : null}
      <div className={styles.buttons}>
        <Button type="primary" loading={busy} disabled={moved === 0} onClick={onTake}>
          {t("spend.take", { count: moved })}
        </Button>
        <Button onClick={onOther}>{t("spend.other")}</Button>
        {moved === 0 ? <span className="soft">{t("spend.allSame")}</span> : null}
      </div>
    </div>
  );
}
