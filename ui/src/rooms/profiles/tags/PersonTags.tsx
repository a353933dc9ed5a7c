// What do we call this person, and why? Their tags by family, each with its evidence; tags by hand are given and taken here.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Popover, Select, Tooltip } from "antd";
import { Plus, Tags as TagsIcon, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { WhyScore } from "@/rooms/prediction/ScoreReasons";
import { formatPercent } from "./marks";
import { personTagsQuery, tagsQuery, useGiveTag, type PersonTag, type Tag } from "./queries";
import styles from "./Tags.module.css";
import { GivenValue } from "./GivenValue";
import { useSpoken, useTagValue } from "./words";

const FAMILIES = ["behaviour", "attribute", "psychological"] as const;

export function PersonTags({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(personTagsQuery(slug, person));
  const tags = useQuery(tagsQuery(slug));
  const manual = (tags.data?.items ?? []).filter((tag) => tag.kind === "manual");
  const may = useMay("tags:write");
  const models = new Set(tags.data?.items.filter((tag) => tag.kind === "model").map((tag) => tag.key));
  return (
    <Ready query={query}>
      {({ items }) => (
        <>
          {may && manual.length > 0 ? <Give person={person} manual={manual} /> : null}
          {items.length === 0 ? (
            <Card flush>
              <Notice compact icon={TagsIcon} title={t("tags.ofPerson.empty.title")} text={t("tags.ofPerson.empty.text")} />
            </Card>
          ) : null}
          {FAMILIES.map((family) => {
            const found = items.filter((one) => one.family === family);
            return found.length === 0 ? null : (
              <section key={family} className={styles.family}>
                <h3 className={styles.familyName}>{t(`tags.families.${family}`)}</h3>
                <dl className={styles.grid}>
                  {found.map((one) => (
                    <One
                      key={one.tag}
                      one={one}
                      person={person}
                      labels={tags.data?.items.find((tag) => tag.key === one.tag)?.value_labels}
                      isScore={models.has(one.tag)}
                      removable={may && manual.some((tag) => tag.key === one.tag)}
                    />
                  ))}
                </dl>
              </section>
            );
          })}
        </>
      )}
    </Ready>
  );
}

interface OneProps {
  readonly one: PersonTag;
  readonly person: number;
  readonly labels: Tag["value_labels"] | undefined;
  readonly removable: boolean;
  /** A model writes it, and can say why. */
  readonly isScore: boolean;
}

function One({ one, person, labels, removable, isScore }: OneProps): ReactNode {
  const { t } = useTranslation();
  const { language, tag: locale } = useLanguage();
  const spoken = useSpoken();
  const shown = useTagValue();
  const path = usePath();
  const evidence = one.evidence[language];
  const name = spoken(one.label, one.tag);
  return (
    <div className={styles.owned}>
      <dt>
        <Link to={path("tags", one.tag)}>{name}</Link>
        {removable ? <TakeAway tag={one.tag} name={name} person={person} /> : null}
      </dt>
      <dd>
        {spoken(one.value_label, shown({ ...one, value_labels: labels ?? {} }, one.value))}
        {typeof evidence === "string" && evidence ? (
          <Tooltip title={t("tags.ofPerson.evidence")}>
            <div className={styles.evidence}>{evidence}</div>
          </Tooltip>
        ) : null}
        {isScore ? <WhyScore model={one.tag} person={person} /> : null}
        {one.confidence < 1 ? (
          <div className={styles.evidence}>{t("tags.ofPerson.confidence", { percent: formatPercent(one.confidence, locale) })}</div>
        ) : null}
      </dd>
    </div>
  );
}

function TakeAway({ tag, name, person }: { tag: string; name: string; person: number }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useGiveTag();
  return (
    <Button
      size="small"
      type="text"
      icon={<X size={13} aria-hidden />}
      aria-label={t("tags.ofPerson.takeOf", { tag: name })}
      loading={isPending}
      onClick={() =>
        mutate({ tag, people: [person], value: null }, { onSuccess: () => void message.success(t("tags.ofPerson.taken")), onError: failed })
      }
    />
  );
}

function Give({ person, manual }: { person: number; manual: readonly Tag[] }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div style={{ marginBottom: 12 }}>
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger="click"
        placement="bottomLeft"
        destroyOnHidden
        content={<GiveForm person={person} manual={manual} onDone={() => setOpen(false)} />}
      >
        <Button icon={<Plus size={14} aria-hidden />}>{t("tags.ofPerson.give")}</Button>
      </Popover>
    </div>
  );
}

function GiveForm({ person, manual, onDone }: { person: number; manual: readonly Tag[]; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const spoken = useSpoken();
  const { mutate, isPending } = useGiveTag();
  const [key, setKey] = useState(manual[0]?.key ?? "");
  const [value, setValue] = useState<unknown>(null);
  const tag = manual.find((each) => each.key === key);
  const give = (): void =>
    mutate(
      { tag: key, people: [person], value: tag?.value_type === "boolean" ? (value ?? true) : value },
      {
        onSuccess: () => {
          void message.success(t("tags.ofPerson.done"));
          onDone();
        },
        onError: failed,
      },
    );
  return (
    <div style={{ width: 260 }}>
      <Stack gap={10}>
        <Select
          value={key}
          onChange={(next) => {
            setKey(next);
            setValue(null);
          }}
          aria-label={t("tags.ofPerson.which")}
          options={manual.map((each) => ({ value: each.key, label: spoken(each.label, each.key) }))}
        />
        {tag ? <GivenValue tag={tag} value={value} onChange={setValue} /> : null}
        <Button
          type="primary"
          loading={isPending}
          disabled={tag?.value_type !== "boolean" && (value === null || value === "")}
          onClick={give}
        >
          {t("tags.ofPerson.give")}
        </Button>
      </Stack>
    </div>
  );
}
