// What does one condition ask? Its kind, its fields, how many people it gives, and what is wrong with it.
import {
  CalendarCheck,
  Dice5,
  Footprints,
  ListChecks,
  ListOrdered,
  Repeat,
  Share2,
  Shapes,
  Tag,
  TrendingUp,
  UserRound,
  type LucideIcon,
} from "lucide-react";
import { useEffect, useRef, useState, type FocusEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { pathsOf, type Condition, type Kind, type Leaf, type Part } from "../condition";
import {
  ColumnEditor,
  ListEditor,
  PersonEditor,
  PropertyEditor,
  RelatedEditor,
  SampleEditor,
  SegmentEditor,
  TagEditor,
  TopEditor,
  TraitEditor,
} from "./BeingEditors";
import styles from "./Builder.module.css";
import { useBuilding, wrongIn } from "./context";
import { DidEditor, RegularEditor, SequenceEditor } from "./DoingEditors";
import { Count, NotToggle, PartMenu, Troubles, type PartActions } from "./PartHead";

const ICONS: Record<Kind, LucideIcon> = {
  did: Footprints,
  regular: Repeat,
  sequence: ListOrdered,
  trait: UserRound,
  tag: Tag,
  top: TrendingUp,
  person: CalendarCheck,
  segment: Shapes,
  list: ListChecks,
  related: Share2,
  sample: Dice5,
  property: Tag,
  column: Tag,
};

const LATER = 400;

interface LeafEditorProps {
  readonly leaf: Leaf;
  readonly outer: string;
  readonly onChange: (part: Part) => void;
  readonly actions: PartActions;
}

export function LeafEditor({ leaf, outer, onChange, actions }: LeafEditorProps): ReactNode {
  const { t } = useTranslation();
  const { troubles, insists, expected, arrived } = useBuilding();
  const fields = useRef<HTMLDivElement>(null);
  const [begun, begin] = useState(() => expected(leaf.id)); // one that was just added is not wrong before it is left
  useEffect(() => {
    if (arrived(leaf.id)) fields.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, [arrived, leaf.id]);
  const { condition } = leaf;
  const { kind } = condition;
  const { body } = pathsOf(leaf, outer);
  const mine = begun && !insists ? [] : (troubles.get(leaf.id) ?? []);
  const leave = (event: FocusEvent): void => {
    const { currentTarget: all, relatedTarget: next } = event;
    // Not at once: what is then said would move what somebody is about to click from under the mouse.
    if (begun && next !== null && !all.contains(next)) setTimeout(() => begin(false), LATER);
  };
  const set = (next: Condition): void => onChange({ ...leaf, condition: next });
  const editor = <Editor condition={condition} onChange={set} body={body} wrong={wrongIn(mine, body)} />;
  if (kind === "property" || kind === "column") {
    return (
      <div className={styles.filter} data-path={outer} onBlur={leave}>
        <div ref={fields} className={styles.controls}>
          {leaf.not ? <NotToggle value onChange={(not) => onChange({ ...leaf, not })} /> : null}
          {editor}
          <PartMenu actions={actions} />
        </div>
        <Troubles troubles={mine} />
      </div>
    );
  }
  const Icon = ICONS[kind];
  return (
    <section
      className={mine.length > 0 ? styles.leafWrong : styles.leaf}
      aria-label={t(`builder.kinds.${kind}`)}
      data-path={outer}
      onBlur={leave}
    >
      <header className={styles.leafHead}>
        <Icon size={14} aria-hidden className={styles.icon ?? ""} />
        <span className={styles.kind}>{t(`builder.kinds.${kind}`)}</span>
        <NotToggle value={leaf.not} onChange={(not) => onChange({ ...leaf, not })} />
        <span className={styles.spring} />
        <Count path={outer} />
        <PartMenu actions={actions} />
      </header>
      <div ref={fields} className={styles.fields}>
        {editor}
      </div>
      <Troubles troubles={mine} />
    </section>
  );
}

interface EditorOf {
  readonly condition: Condition;
  readonly onChange: (next: Condition) => void;
  readonly body: string;
  readonly wrong: (field: string) => boolean;
}

function Editor({ condition, ...props }: EditorOf): ReactNode {
  switch (condition.kind) {
    case "did":
      return <DidEditor condition={condition} {...props} />;
    case "regular":
      return <RegularEditor condition={condition} {...props} />;
    case "sequence":
      return <SequenceEditor condition={condition} {...props} />;
    case "trait":
      return <TraitEditor condition={condition} {...props} />;
    case "tag":
      return <TagEditor condition={condition} {...props} />;
    case "property":
      return <PropertyEditor condition={condition} {...props} />;
    case "column":
      return <ColumnEditor condition={condition} {...props} />;
    case "person":
      return <PersonEditor condition={condition} {...props} />;
    case "top":
      return <TopEditor condition={condition} {...props} />;
    case "segment":
      return <SegmentEditor condition={condition} {...props} />;
    case "list":
      return <ListEditor condition={condition} {...props} />;
    case "sample":
      return <SampleEditor condition={condition} {...props} />;
    case "related":
      return <RelatedEditor condition={condition} {...props} />;
  }
}
