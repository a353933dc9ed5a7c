// Whom does a flow speak of, and which events? The parts of the segment builder, in a dialog where there is room for them.
import { Button, Modal } from "antd";
import { ListFilterPlus, Pencil } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { check } from "@/rooms/segments/check";
import { groupOf, type Group } from "@/rooms/segments/condition";
import { dump } from "@/rooms/segments/dump";
import { BuilderContext } from "@/rooms/segments/builder/context";
import { ConditionField, useBuildingOf } from "@/rooms/segments/builder/ConditionField";
import { EventsContext } from "@/rooms/segments/builder/eventsContext";
import { GroupEditor } from "@/rooms/segments/builder/GroupEditor";
import { read, readFilter } from "@/rooms/segments/read";

interface EditorProps {
  readonly label: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function treeOf(value: unknown, reader: (json: unknown) => Group): Group {
  try {
    return value ? reader(value) : groupOf([]);
  } catch {
    return groupOf([]);
  }
}

/** A condition on people. */
export function PeopleEditor({ label, value, onChange }: EditorProps): ReactNode {
  const [root, setRoot] = useState<Group | null>(null);
  const troubles = useMemo(() => (root ? check(root) : []), [root]);
  return (
    <Shell
      label={label}
      given={Boolean(value)}
      open={root !== null}
      ready={troubles.length === 0}
      onOpen={() => setRoot(treeOf(value, read))}
      onClose={() => setRoot(null)}
      onDone={() => {
        if (root) onChange(root.parts.length > 0 ? dump(root) : null);
        setRoot(null);
      }}
      onClear={() => onChange(null)}
    >
      {root ? <ConditionField root={root} onChange={setRoot} troubles={troubles} insists={false} /> : null}
    </Shell>
  );
}

/** A filter on single events. */
export function FilterEditor({ label, value, events, onChange }: EditorProps & { readonly events: readonly string[] }): ReactNode {
  const [root, setRoot] = useState<Group | null>(null);
  const troubles = useMemo(() => (root ? check(root) : []), [root]);
  const building = useBuildingOf(root, troubles, false);
  return (
    <Shell
      label={label}
      given={Boolean(value)}
      open={root !== null}
      ready={troubles.length === 0}
      onOpen={() => setRoot(treeOf(value, readFilter))}
      onClose={() => setRoot(null)}
      onDone={() => {
        if (root) onChange(root.parts.length > 0 ? dump(root) : null);
        setRoot(null);
      }}
      onClear={() => onChange(null)}
    >
      {root ? (
        <BuilderContext value={building}>
          <EventsContext value={events}>
            <GroupEditor group={root} outer="" grammar="event" onChange={setRoot} root />
          </EventsContext>
        </BuilderContext>
      ) : null}
    </Shell>
  );
}

interface ShellProps {
  readonly label: string;
  readonly given: boolean;
  readonly open: boolean;
  readonly ready: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
  readonly onDone: () => void;
  readonly onClear: () => void;
  readonly children: ReactNode;
}

function Shell({ label, given, open, ready, onOpen, onClose, onDone, onClear, children }: ShellProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div style={{ gridColumn: "1 / -1" }}>
      <Button icon={given ? <Pencil size={14} aria-hidden /> : <ListFilterPlus size={14} aria-hidden />} onClick={onOpen}>
        {given ? t("flows.condition.edit", { what: label }) : t("flows.condition.add", { what: label })}
      </Button>
      {given ? (
        <Button type="link" size="small" onClick={onClear}>
          {t("flows.condition.clear")}
        </Button>
      ) : null}
      <Modal
        open={open}
        title={label}
        width={860}
        onCancel={onClose}
        onOk={onDone}
        okText={t("flows.condition.done")}
        cancelText={t("flows.cancel")}
        okButtonProps={{ disabled: !ready }}
        destroyOnHidden
      >
        {children}
      </Modal>
    </div>
  );
}
