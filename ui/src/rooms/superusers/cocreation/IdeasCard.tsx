// Which ideas are there, how many want them, and what did we answer?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Modal, Select, Table, type TableColumnsType } from "antd";
import { Lightbulb, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Refusal } from "@/parts/Refusal";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { personName } from "@/rooms/profiles/personName";
import { useMay, useWorkspace } from "@/shell/workspace";
import { PersonLink } from "./PersonLink";
import { ideasQuery, useAnswerIdea, usePostIdea, type Idea, type IdeaState } from "./queries";

export const IDEA_STATES = ["new", "planned", "doing", "done", "declined"] as const;
const TONES: Record<IdeaState, Tone> = { new: "plain", planned: "info", doing: "warn", done: "good", declined: "bad" };

export function IdeasCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("superusers:write");
  const [asked, setAsked] = useParam("state");
  const state = IDEA_STATES.find((one) => one === asked) ?? null;
  const query = useQuery(ideasQuery(slug, state));
  const [open, setOpen] = useState<Idea | "new" | null>(null);
  return (
    <Card
      flush
      title={t("cocreation.tabs.ideas")}
      note={t("cocreation.ideasNote")}
      actions={
        <>
          <Select
            aria-label={t("cocreation.state")}
            value={state ?? "all"}
            onChange={(value) => setAsked(value === "all" ? "" : value)}
            options={[
              { value: "all", label: t("cocreation.all") },
              ...IDEA_STATES.map((value) => ({ value, label: t(`cocreation.states.${value}`) })),
            ]}
            style={{ minWidth: 130 }}
          />
          {may ? (
            <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setOpen("new")}>
              {t("cocreation.newIdea")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <IdeaTable items={items} onAnswer={may ? setOpen : null} />
          ) : (
            <Notice compact icon={Lightbulb} title={t("cocreation.noIdeas")} text={t("cocreation.noIdeasText")} />
          )
        }
      </Ready>
      {open === "new" ? <NewIdea onClose={() => setOpen(null)} /> : null}
      {open && open !== "new" ? <AnswerDialog idea={open} onClose={() => setOpen(null)} /> : null}
    </Card>
  );
}

export function IdeaTable({ items, onAnswer }: { items: readonly Idea[]; onAnswer: ((idea: Idea) => void) | null }): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Idea> = [
    { title: t("cocreation.votes"), key: "votes", width: 90, align: "end", render: (_, one) => <Num value={one.votes} /> },
    {
      title: t("cocreation.idea"),
      key: "idea",
      render: (_, one) => (
        <div style={{ minWidth: 220, maxWidth: 520 }}>
          <strong>{one.title}</strong>
          {one.text ? <div className="soft">{one.text}</div> : null}
          {one.answer ? <div>{t("cocreation.weSay", { text: one.answer })}</div> : null}
        </div>
      ),
    },
    {
      title: t("cocreation.state"),
      key: "state",
      width: 120,
      render: (_, one) => (
        <Pill tone={TONES[one.state]} dot>
          {t(`cocreation.states.${one.state}`)}
        </Pill>
      ),
    },
    {
      title: t("cocreation.authors"),
      key: "authors",
      width: 200,
      render: (_, one) => (
        <>
          {one.own ? t("cocreation.ours") : <PersonLink person={one.person} />}
          {one.credited.map((each) => (
            <PersonLink key={each.person_id} person={each} />
          ))}
        </>
      ),
    },
    { title: t("cocreation.changed"), key: "changed", width: 130, render: (_, one) => <Time at={one.changed_at} /> },
    ...(onAnswer
      ? [
          {
            title: "",
            key: "answer",
            width: 110,
            render: (_: unknown, one: Idea) => (
              <Button size="small" onClick={() => onAnswer(one)}>
                {t("cocreation.answer")}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Table rowKey="idea_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} scroll={{ x: "max-content" }} />
  );
}

function NewIdea({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [author, setAuthor] = useState("");
  const { mutate, isPending, error } = usePostIdea();
  return (
    <Modal
      open
      title={t("cocreation.newIdea")}
      okText={t("actions.save")}
      okButtonProps={{ disabled: title.trim() === "" }}
      confirmLoading={isPending}
      onOk={() => mutate({ title, text, author: author.trim() }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <Refusal error={error} />
      <Fields>
        <Field label={t("cocreation.ideaTitle")} wide>
          {(id) => <Input id={id} maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />}
        </Field>
        <Field label={t("cocreation.text")} wide>
          {(id) => <Input.TextArea id={id} rows={3} maxLength={10000} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <Field label={t("cocreation.author")} note={t("cocreation.authorNote")} wide>
          {(id, note) => (
            <Input id={id} aria-describedby={note} maxLength={500} value={author} onChange={(event) => setAuthor(event.target.value)} />
          )}
        </Field>
      </Fields>
    </Modal>
  );
}

function AnswerDialog({ idea, onClose }: { idea: Idea; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [state, setState] = useState<IdeaState>(idea.state);
  const [answer, setAnswer] = useState(idea.answer);
  const [credited, setCredited] = useState<readonly string[]>(
    idea.credited.map((one) => one.ids.find((id) => id.kind === "user_id")?.value ?? personName(one) ?? ""),
  );
  const { mutate, isPending, error } = useAnswerIdea(idea.idea_id);
  const save = (): void =>
    mutate(
      { state, answer, credited },
      {
        onSuccess: () => {
          void message.success(t("cocreation.saved"));
          onClose();
        },
      },
    );
  return (
    <Modal open title={idea.title} okText={t("actions.save")} confirmLoading={isPending} onOk={save} onCancel={onClose}>
      <Refusal error={error} />
      <Fields>
        <Field label={t("cocreation.state")} wide>
          {(id) => (
            <Select<IdeaState>
              id={id}
              value={state}
              onChange={setState}
              options={IDEA_STATES.map((value) => ({ value, label: t(`cocreation.states.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("cocreation.ourAnswer")} note={t("cocreation.ourAnswerNote")} wide>
          {(id, note) => (
            <Input.TextArea
              id={id}
              aria-describedby={note}
              rows={3}
              maxLength={10000}
              value={answer}
              onChange={(event) => setAnswer(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("cocreation.credited")} note={t("cocreation.creditedNote")} wide>
          {(id, note) => (
            <Select
              id={id}
              aria-describedby={note}
              mode="tags"
              open={false}
              suffix={null}
              value={[...credited]}
              onChange={(next) => setCredited(next)}
            />
          )}
        </Field>
      </Fields>
    </Modal>
  );
}
