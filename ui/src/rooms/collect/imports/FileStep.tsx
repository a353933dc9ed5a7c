// Which file? Dropped or chosen, sent with a progress bar, or one that was uploaded before.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { FileSpreadsheet, FileUp } from "lucide-react";
import { useRef, useState, type ChangeEvent, type DragEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { uploadFile, type Upload } from "@/api/upload";
import { useLanguage } from "@/i18n/useLanguage";
import { formatBytes } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Imports.module.css";
import { fileQuery, filesQuery, type File as Stored } from "./queries";

const ACCEPT = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,.parquet,.gz,.zst";

interface Sending {
  readonly name: string;
  readonly share: number;
  readonly upload: Upload;
}

function useSending(onFile: (file: Stored) => void): { sending: Sending | null; error: unknown; send: (file: File) => void } {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = (file: File): void => {
    const upload = uploadFile(slug, file, (share) => setSending((old) => (old ? { ...old, share } : old)));
    setError(null);
    setSending({ name: file.name, share: 0, upload });
    upload.done
      .then((stored) => {
        client.setQueryData(fileQuery(slug, stored.file_id).queryKey, stored);
        void client.invalidateQueries({ queryKey: filesQuery(slug).queryKey });
        onFile(stored);
      })
      .catch((problem: unknown) => setError(asApiError(problem).code === "cancelled" ? null : problem))
      .finally(() => setSending(null));
  };
  return { sending, error, send };
}

export function FileStep({ onFile }: { onFile: (file: Stored) => void }): ReactNode {
  const { sending, error, send } = useSending(onFile);
  return (
    <Stack>
      <div>
        <Refusal error={error} />
        {sending ? <SendingCard sending={sending} /> : <DropZone onFile={send} />}
      </div>
      <Recent onFile={onFile} />
    </Stack>
  );
}

function DropZone({ onFile }: { onFile: (file: File) => void }): ReactNode {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.item(0);
    if (file) onFile(file);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div
      className={over ? styles.dropOver : styles.drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUp size={26} strokeWidth={1.5} aria-hidden />
      <strong>{t("imports.drop")}</strong>
      <span className="soft">{t("imports.formats")}</span>
      <Button onClick={() => input.current?.click()}>{t("imports.choose")}</Button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        accept={ACCEPT}
        aria-label={t("imports.choose")}
        onChange={(event: ChangeEvent<HTMLInputElement>) => take(event.target.files)}
      />
    </div>
  );
}

function SendingCard({ sending }: { sending: Sending }): ReactNode {
  const { t } = useTranslation();
  const percent = Math.floor(sending.share * 100);
  return (
    <Card
      title={sending.name}
      actions={
        <Button size="small" onClick={sending.upload.stop}>
          {t("actions.cancel")}
        </Button>
      }
    >
      <Progress percent={percent} status="active" aria-label={t("imports.progress")} />
      <p className="soft">{t(percent < 100 ? "imports.sending" : "imports.reading")}</p>
    </Card>
  );
}

function Recent({ onFile }: { onFile: (file: Stored) => void }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug } = useWorkspace();
  const { data } = useQuery(filesQuery(slug));
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t("imports.recent")} note={t("imports.recentNote")} flush>
      <ul className={styles.recent}>
        {data.items.map((file) => (
          <li key={file.file_id}>
            <button type="button" className={styles.file} onClick={() => onFile(file)}>
              <FileSpreadsheet size={16} strokeWidth={1.6} aria-hidden />
              <span className={styles.fileName}>{file.name}</span>
              <span className="faint tabular">{formatBytes(file.bytes, tag)}</span>
              <span className="faint">
                <Time at={file.created_at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
