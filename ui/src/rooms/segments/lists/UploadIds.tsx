// How does a file of ids get onto the list? Dropped or chosen, looked at, and sent with what to do about those who are on it.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Progress, Segmented, Select } from "antd";
import { FileUp } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { sendFile, type Upload } from "@/api/upload";
import { useLanguage } from "@/i18n/useLanguage";
import { formatBytes } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import dropStyles from "@/rooms/collect/imports/Imports.module.css";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Lists.module.css";
import { firstLines } from "./peek";
import type { ListUpload, PeopleList } from "./queries";

const ACCEPT = ".csv,.tsv,.txt,.gz,.zst";

interface Fields {
  readonly mode: "replace" | "append";
  readonly column: string;
  readonly header: "auto" | "yes" | "no";
}

interface Sending {
  readonly share: number;
  readonly upload: Upload<ListUpload>;
}

export function UploadIds({ list }: { list: PeopleList }): ReactNode {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  return (
    <Card title={t("lists.upload")}>
      {file ? (
        <Picked key={`${file.name} ${file.size}`} list={list} file={file} onOther={() => setFile(null)} />
      ) : (
        <DropZone onFile={setFile} />
      )}
    </Card>
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
      <strong>{t("lists.drop")}</strong>
      <span className="soft">{t("lists.formats")}</span>
      <Button onClick={() => input.current?.click()}>{t("lists.choose")}</Button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        accept={ACCEPT}
        aria-label={t("lists.choose")}
        onChange={(event) => take(event.target.files)}
      />
    </div>
  );
}

function useSending(list: PeopleList, file: File, onSent: () => void) {
  const { slug } = useWorkspace();
  const client = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const send = ({ mode, column, header }: Fields): void => {
    const address = `/api/workspaces/${encodeURIComponent(slug)}/lists/${list.list_id}/uploads`;
    const options = { name: file.name, mode, column, ...(header === "auto" ? {} : { header: String(header === "yes") }) };
    const upload = sendFile<ListUpload>(address, options, file, (share) => setSending((old) => (old ? { ...old, share } : old)));
    setError(null);
    setSending({ share: 0, upload });
    upload.done
      .then(() => {
        void client.invalidateQueries({ queryKey: [slug, "lists"] });
        onSent();
      })
      .catch((problem: unknown) => setError(asApiError(problem).code === "cancelled" ? null : problem))
      .finally(() => setSending(null));
  };
  return { sending, error, send };
}

function Picked({ list, file, onOther }: { list: PeopleList; file: File; onOther: () => void }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const [form] = Form.useForm<Fields>();
  const { sending, error, send } = useSending(list, file, onOther);
  return (
    <>
      <Refusal error={error} />
      <div className={styles.picked}>
        <strong>{file.name}</strong>
        <span className="faint">{formatBytes(file.size, tag)}</span>
        {sending ? null : (
          <Button size="small" type="text" onClick={onOther}>
            {t("lists.other")}
          </Button>
        )}
      </div>
      {sending ? (
        <>
          <Progress percent={Math.floor(sending.share * 100)} status="active" aria-label={t("lists.sending")} />
          <Button size="small" onClick={sending.upload.stop}>
            {t("actions.cancel")}
          </Button>
        </>
      ) : (
        <>
          <Peek file={file} />
          <Form<Fields>
            form={form}
            layout="vertical"
            // Adding is right for an empty list too, and harms nobody while the page does not know yet that it was filled.
            initialValues={{ mode: "append", column: "", header: "auto" }}
            onFinish={send}
          >
            <Options filled={list.filled_at !== null} />
            <Button type="primary" htmlType="submit">
              {t("lists.start")}
            </Button>
          </Form>
        </>
      )}
    </>
  );
}

function Options({ filled }: { filled: boolean }): ReactNode {
  const { t } = useTranslation();
  const mode = Form.useWatch<Fields["mode"] | undefined>("mode") ?? "append";
  return (
    <div className={styles.options}>
      <Form.Item name="mode" label={t("lists.mode")} extra={t(`lists.modeText.${mode}`)} hidden={!filled}>
        <Segmented options={(["append", "replace"] as const).map((each) => ({ value: each, label: t(`lists.modes.${each}`) }))} />
      </Form.Item>
      <Form.Item name="column" label={t("lists.column")} extra={t("lists.columnNote")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="header" label={t("lists.header")}>
        <Select options={(["auto", "yes", "no"] as const).map((each) => ({ value: each, label: t(`lists.headers.${each}`) }))} />
      </Form.Item>
    </div>
  );
}

/** The beginning of the file, so that one sees which column it is. */
function Peek({ file }: { file: File }): ReactNode {
  const { t } = useTranslation();
  const [lines, setLines] = useState("");
  useEffect(() => {
    let gone = false;
    void firstLines(file).then((found) => {
      if (!gone) setLines(found);
    });
    return () => {
      gone = true;
    };
  }, [file]);
  return lines ? (
    <pre className={styles.peek} aria-label={t("lists.firstLines")} tabIndex={0}>
      {lines}
    </pre>
  ) : null;
}
