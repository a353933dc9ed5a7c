// How do conditions go together? All of them or any of them, in groups inside of groups, each of which can be turned round.
import { Button, Dropdown, Segmented } from "antd";
import { FolderPlus, Plus } from "lucide-react";
import { Fragment, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { blank, EVENT_KINDS, groupOf, leafOf, pathsOf, type Group, type Kind, type Part } from "../condition";
import { addPart, canUnwrap, duplicatePart, movePart, removePart, replacePart, unwrapPart, wrapPart } from "../edit";
import styles from "./Builder.module.css";
import { useBuilding } from "./context";
import { Count, NotToggle, PartMenu, Troubles, type PartActions } from "./PartHead";
import { LeafEditor } from "./LeafEditor";

/** Whose conditions a group holds: of people, or of single events. */
export type GrammarName = "people" | "event";

interface GroupEditorProps {
  readonly group: Group;
  /** The path of what stands around it. */
  readonly outer: string;
  readonly grammar: GrammarName;
  readonly onChange: (group: Group) => void;
  /** What can be done with it where it stands; none for the outermost. */
  readonly actions?: PartActions;
  readonly root?: boolean;
}

export function GroupEditor({ group, outer, grammar, onChange, actions, root = false }: GroupEditorProps): ReactNode {
  const { t } = useTranslation();
  const { troubles } = useBuilding();
  const foot = useRef<HTMLDivElement>(null);
  const { body } = pathsOf(group, outer);
  const mine = troubles.get(group.id) ?? [];
  const focusFoot = (): void => foot.current?.querySelector("button")?.focus();
  return (
    <div className={root ? styles.root : styles.group} role="group" aria-label={t("builder.group")} data-path={outer}>
      <div className={styles.groupHead}>
        <Segmented<Group["join"]>
          size="small"
          value={group.join}
          onChange={(join) => onChange({ ...group, join })}
          aria-label={t("builder.match")}
          options={[
            { value: "and", label: t("builder.all") },
            { value: "or", label: t("builder.any") },
          ]}
        />
        <span className={styles.quiet}>{t("builder.allOf")}</span>
        <NotToggle value={group.not} onChange={(not) => onChange({ ...group, not })} />
        <span className={styles.spring} />
        {root ? null : <Count path={outer} />}
        {actions ? <PartMenu actions={actions} /> : null}
      </div>
      <Troubles troubles={mine} />
      {group.parts.length === 0 ? <p className={styles.nothing}>{t("builder.emptyGroup")}</p> : null}
      {group.parts.map((part, i) => (
        <Fragment key={part.id}>
          {i > 0 ? <div className={styles.joint}>{t(`builder.${group.join}`)}</div> : null}
          <PartEditor
            part={part}
            outer={`${body}[${i}]`}
            grammar={grammar}
            onChange={(next) => onChange(replacePart(group, i, next))}
            actions={{
              ...(i > 0 ? { up: () => onChange(movePart(group, i, -1)) } : {}),
              ...(i < group.parts.length - 1 ? { down: () => onChange(movePart(group, i, 1)) } : {}),
              ...(canUnwrap(group, i) ? { unwrap: () => onChange(unwrapPart(group, i)) } : {}),
              wrap: () => onChange(wrapPart(group, i)),
              duplicate: () => onChange(duplicatePart(group, i)),
              negate: () => onChange(replacePart(group, i, { ...part, not: !part.not })),
              remove: () => {
                onChange(removePart(group, i));
                focusFoot();
              },
            }}
          />
        </Fragment>
      ))}
      <div ref={foot} className={styles.foot}>
        <AddButtons grammar={grammar} onAdd={(part) => onChange(addPart(group, part))} />
      </div>
    </div>
  );
}

interface PartEditorProps {
  readonly part: Part;
  readonly outer: string;
  readonly grammar: GrammarName;
  readonly onChange: (part: Part) => void;
  readonly actions: PartActions;
}

function PartEditor({ part, ...props }: PartEditorProps): ReactNode {
  return part.type === "group" ? <GroupEditor group={part} {...props} /> : <LeafEditor leaf={part} {...props} />;
}

const FAMILIES: readonly { readonly key: "doing" | "being" | "other"; readonly kinds: readonly Kind[] }[] = [
  { key: "doing", kinds: ["did", "regular", "sequence"] },
  { key: "being", kinds: ["trait", "tag", "top", "person"] },
  { key: "other", kinds: ["segment", "list", "related", "sample"] },
];

function AddButtons({ grammar, onAdd }: { grammar: GrammarName; onAdd: (part: Part) => void }): ReactNode {
  const { t } = useTranslation();
  const { expect, without = [] } = useBuilding();
  const add = (kind: Kind): void => {
    const leaf = leafOf(blank(kind));
    expect(leaf.id);
    onAdd(leaf);
  };
  const addGroup = (): void => {
    const first = leafOf(blank(grammar === "people" ? "did" : "property"));
    expect(first.id);
    onAdd(groupOf([first], "or"));
  };
  const entry = (kind: Kind): { key: string; label: string; onClick: () => void } => ({
    key: kind,
    label: t(`builder.kinds.${kind}`),
    onClick: () => add(kind),
  });
  const items =
    grammar === "people"
      ? FAMILIES.map(({ key, kinds }) => ({ key, kinds: kinds.filter((kind) => !without.includes(kind)) }))
          .filter(({ kinds }) => kinds.length > 0)
          .map(({ key, kinds }) => ({ key, type: "group" as const, label: t(`builder.families.${key}`), children: kinds.map(entry) }))
      : EVENT_KINDS.map(entry);
  return (
    <>
      <Dropdown menu={{ items }} trigger={["click"]}>
        <Button size="small" type={grammar === "people" ? "dashed" : "text"} icon={<Plus size={14} aria-hidden />}>
          {t(grammar === "people" ? "builder.add" : "builder.addFilter")}
        </Button>
      </Dropdown>
      <Button size="small" type="text" icon={<FolderPlus size={14} aria-hidden />} onClick={addGroup}>
        {t("builder.addGroup")}
      </Button>
    </>
  );
}
