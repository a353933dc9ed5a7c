// Who shall get the tag, or lose it? Several people at once, found by name, email or id; every action can be undone below.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Popover, Select } from "antd";
import { Hand } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stack } from "@/parts/Page";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { useMay, useWorkspace } from "@/shell/workspace";
import { personName } from "../personName";
import { peopleQuery } from "../queries";
import { GivenValue } from "./GivenValue";
import { useGiveTag, type Tag } from "./queries";

export function GiveToPeople({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const may = useMay("people:read");
  if (!may) return null;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      destroyOnHidden
      content={<GiveForm tag={tag} onDone={() => setOpen(false)} />}
    >
      <Button size="small" icon={<Hand size={14} aria-hidden />}>
        {t("tagEditor.give.button")}
      </Button>
    </Popover>
  );
}

interface Someone {
  readonly value: number;
  readonly label: string;
}

function GiveForm({ tag, onDone }: { tag: Tag; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useGiveTag();
  const [people, setPeople] = useState<readonly Someone[]>([]);
  const [value, setValue] = useState<unknown>(null);
  const given = tag.value_type === "boolean" ? (value ?? true) : value;
  const nothing = given === null || given === "";
  const write = (what: unknown): void =>
    mutate(
      { tag: tag.key, people: people.map((each) => each.value), value: what },
      {
        onSuccess: (done) => {
          void message.success(t(what === null ? "tagEditor.give.taken" : "tagEditor.give.done", { count: done.people }));
          onDone();
        },
        onError: failed,
      },
    );
  return (
    <div style={{ width: 300 }}>
      <Stack gap={10}>
        <PeopleSelect value={people} onChange={setPeople} />
        <GivenValue tag={tag} value={value} onChange={setValue} />
        <div style={{ display: "flex", gap: 8 }}>
          <Button type="primary" loading={isPending} disabled={people.length === 0 || nothing} onClick={() => write(given)}>
            {t("tagEditor.give.give")}
          </Button>
          <Button loading={isPending} disabled={people.length === 0} onClick={() => write(null)}>
            {t("tagEditor.give.take")}
          </Button>
        </div>
      </Stack>
    </div>
  );
}

function PeopleSelect({ value, onChange }: { value: readonly Someone[]; onChange: (value: readonly Someone[]) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [typed, type] = useState("");
  const search = useDelayed(typed.trim());
  const found = useQuery(peopleQuery(slug, { search, limit: 20 }));
  return (
    <Select<Someone[]>
      mode="multiple"
      labelInValue
      value={[...value]}
      onChange={(next) => {
        onChange(next.map((each) => ({ value: each.value, label: each.label })));
        type("");
      }}
      options={(found.data?.items ?? []).map((person) => ({
        value: person.person_id,
        label: personName(person) ?? t("people.unnamed", { id: person.person_id }),
      }))}
      showSearch={{ searchValue: typed, onSearch: type, filterOption: false }}
      loading={found.isFetching}
      placeholder={t("tagEditor.give.whoNote")}
      aria-label={t("tagEditor.give.who")}
    />
  );
}
