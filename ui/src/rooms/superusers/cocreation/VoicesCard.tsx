// What do people say of us, and may we quote it? Only while they agree.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Modal, Segmented, Select, Table, type TableColumnsType } from "antd";
import { MessageSquareQuote, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Copy } from "@/parts/Copy";
import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Refusal } from "@/parts/Refusal";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { PersonLink } from "./PersonLink";
import { useAddVoice, useConsent, voicesQuery, type Voice } from "./queries";

export function VoicesCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("superusers:write");
  const [shown, setShown] = useParam("voices", "all");
  const query = useQuery(voicesQuery(slug, shown === "quotable"));
  const [open, setOpen] = useState<Voice | "new" | null>(null);
  return (
    <Card
      flush
      title={t("cocreation.tabs.voices")}
      note={t("cocreation.voicesNote")}
      actions={
        <>
          <Segmented
            aria-label={t("cocreation.quotable")}
            value={shown === "quotable" ? "quotable" : "all"}
            onChange={(value) => setShown(value)}
            options={[
              { value: "all", label: t("cocreation.all") },
              { value: "quotable", label: t("cocreation.quotable") },
            ]}
          />
          {may ? (
            <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setOpen("new")}>
              {t("cocreation.newVoice")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <VoiceTable items={items} onConsent={may ? setOpen : null} />
          ) : (
            <Notice compact icon={MessageSquareQuote} title={t("cocreation.noVoices")} />
          )
        }
      </Ready>
      {open === "new" ? <NewVoice onClose={() => setOpen(null)} /> : null}
      {open && open !== "new" ? <ConsentDialog voice={open} onClose={() => setOpen(null)} /> : null}
    </Card>
  );
}

export function VoiceTable({ items, onConsent }: { items: readonly Voice[]; onConsent: ((voice: Voice) => void) | null }): ReactNode {
  const { t } = useTranslation();
  const { mutate, isPending } = useConsent();
  const failed = useFailed();
  const columns: TableColumnsType<Voice> = [
    { title: t("cocreation.person"), key: "person", width: 200, render: (_, one) => <PersonLink person={one.person} /> },
    {
      title: t("cocreation.words"),
      key: "words",
      render: (_, one) => (
        <div style={{ minWidth: 220, maxWidth: 520 }}>
          {one.text} {one.quotable ? <Copy text={one.text} /> : null}
        </div>
      ),
    },
    {
      title: t("cocreation.consent"),
      key: "consent",
      width: 230,
      render: (_, one) => (
        <>
          <Pill tone={one.quotable ? "good" : one.withdrawn_at ? "bad" : "plain"}>
            {t(one.quotable ? "cocreation.quotable" : one.withdrawn_at ? "cocreation.withdrawn" : "cocreation.notAsked")}
          </Pill>
          {one.consent_note ? <div className="soft">{one.consent_note}</div> : null}
        </>
      ),
    },
    { title: t("cocreation.since"), key: "at", width: 130, render: (_, one) => <Time at={one.created_at} /> },
    ...(onConsent
      ? [
          {
            title: "",
            key: "change",
            width: 150,
            render: (_: unknown, one: Voice) =>
              one.quotable ? (
                <Button
                  size="small"
                  danger
                  loading={isPending}
                  onClick={() => mutate({ voice: one.voice_id, given: false, note: "" }, { onError: failed })}
                >
                  {t("cocreation.withdraw")}
                </Button>
              ) : (
                <Button size="small" onClick={() => onConsent(one)}>
                  {t("cocreation.giveConsent")}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <Table rowKey="voice_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} scroll={{ x: "max-content" }} />
  );
}

function ConsentDialog({ voice, onClose }: { voice: Voice; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const { mutate, isPending, error } = useConsent();
  const save = (): void =>
    mutate(
      { voice: voice.voice_id, given: true, note },
      {
        onSuccess: () => {
          void message.success(t("cocreation.saved"));
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={t("cocreation.giveConsent")}
      okText={t("actions.save")}
      okButtonProps={{ disabled: note.trim() === "" }}
      confirmLoading={isPending}
      onOk={save}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <Field label={t("cocreation.consentNote")} note={t("cocreation.consentNoteNote")} wide>
        {(id, about) => (
          <Input id={id} aria-describedby={about} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
    </Modal>
  );
}

function NewVoice({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [author, setAuthor] = useState("");
  const [kind, setKind] = useState<Voice["kind"]>("review");
  const [text, setText] = useState("");
  const [consent, setConsent] = useState("");
  const { mutate, isPending, error } = useAddVoice();
  return (
    <Modal
      open
      title={t("cocreation.newVoice")}
      okText={t("actions.save")}
      okButtonProps={{ disabled: author.trim() === "" || text.trim() === "" }}
      confirmLoading={isPending}
      onOk={() => mutate({ author: author.trim(), kind, text, consent }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <Fields>
        <Field label={t("cocreation.userId")}>
          {(id) => <Input id={id} maxLength={500} value={author} onChange={(event) => setAuthor(event.target.value)} />}
        </Field>
        <Field label={t("cocreation.kind")}>
          {(id) => (
            <Select
              id={id}
              value={kind}
              onChange={setKind}
              options={(["review", "story"] as const).map((value) => ({ value, label: t(`cocreation.kinds.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("cocreation.words")} wide>
          {(id) => <Input.TextArea id={id} rows={4} maxLength={10000} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <Field label={t("cocreation.consentNote")} note={t("cocreation.consentEmpty")} wide>
          {(id, about) => (
            <Input id={id} aria-describedby={about} maxLength={500} value={consent} onChange={(event) => setConsent(event.target.value)} />
          )}
        </Field>
      </Fields>
    </Modal>
  );
}
