// What shall the flag be called, and what does it answer? The rest is written when it is there.
import { Button, Input, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Card, Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { NoPermission } from "@/parts/states";
import { useMay, usePath } from "@/shell/workspace";
import { FIRST } from "./draft";
import { useSaveFlag, type FlagSpec, type ValueType } from "./queries";

const KINDS: readonly ValueType[] = ["boolean", "string", "number", "json"];
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/;

export function Component(): ReactNode {
  return useMay("experiments:write") ? <Form /> : <NoPermission />;
}

function Form(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useSaveFlag();
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const [owner, setOwner] = useState("");
  const [kind, setKind] = useState<ValueType>("boolean");
  const wrong = key !== "" && !KEY.test(key);
  const create = (): void => {
    const spec = { value_type: kind, default: FIRST[kind], prerequisites: [], rules: [] } as unknown as FlagSpec;
    mutate(
      { key, name: name.trim(), description: "", owner: owner.trim(), spec, base_version: 0 },
      { onSuccess: () => void navigate(path("flags", key, "edit")) },
    );
  };
  return (
    <Page title={t("featureFlags.new")} lead={t("featureFlags.newLead")} crumb={<Link to={path("flags")}>{t("featureFlags.title")}</Link>}>
      <Refusal error={error} />
      <Card>
        <Fields>
          <Field label={t("featureFlags.name")}>
            {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label={t("featureFlags.key")} note={t("featureFlags.keyNote")} wrong={wrong ? t("featureFlags.keyWrong") : undefined}>
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                className="mono"
                value={key}
                maxLength={100}
                spellCheck={false}
                onChange={(event) => setKey(event.target.value.trim())}
              />
            )}
          </Field>
          <Field label={t("featureFlags.kind")} note={t("featureFlags.kindNote")}>
            {(id) => (
              <Select<ValueType>
                id={id}
                value={kind}
                onChange={setKind}
                options={KINDS.map((value) => ({ value, label: t(`featureFlags.kinds.${value}`) }))}
              />
            )}
          </Field>
          <Field label={t("featureFlags.owner")} note={t("featureFlags.ownerNote")}>
            {(id) => <Input id={id} value={owner} maxLength={200} onChange={(event) => setOwner(event.target.value)} />}
          </Field>
        </Fields>
        <div style={{ marginTop: 16 }}>
          <Button type="primary" loading={isPending} disabled={name.trim() === "" || !KEY.test(key)} onClick={create}>
            {t("featureFlags.create")}
          </Button>
        </div>
      </Card>
    </Page>
  );
}
