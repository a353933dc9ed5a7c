// Where do links lead, what do both sides get, how much of it, and what is looked at before?
import { Button, Input, InputNumber, Select, Spin, Switch } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { minorPerUnit } from "@/parts/money";
import { Card, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { useMay, useWorkspace } from "@/shell/workspace";
import { useSaveProgramme, type Checks, type Limits, type ProgrammeWhole, type RewardSpec, type Spec } from "./queries";
import { CHECKS, checksOf, limitsOf, rewardOf } from "./spec";

const DayField = lazy(() => import("@/parts/DayField"));

interface FormProps {
  readonly programmeKey: string;
  readonly spec: Spec;
  readonly version: number;
  readonly onSaved: (saved: ProgrammeWhole) => void;
}

export function ProgrammeForm({ programmeKey, spec: given, version, onSaved }: FormProps): ReactNode {
  const { t } = useTranslation();
  const may = useMay("superusers:write");
  const [key, setKey] = useState(programmeKey);
  const [spec, setSpec] = useState(given);
  const { mutate, isPending, error } = useSaveProgramme();
  const change = (part: Partial<Spec>): void => setSpec((before) => ({ ...before, ...part }));
  const ready = /^[a-z0-9][a-z0-9_-]{0,62}$/.test(key) && spec.name.trim() !== "" && spec.target.trim() !== "";
  return (
    <fieldset disabled={!may} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Stack>
        <Refusal error={error} />
        <Card title={t("referrals.what")}>
          <Basics programmeKey={programmeKey} keyValue={key} onKey={setKey} spec={spec} change={change} />
        </Card>
        <Card title={t("referrals.rewards")} note={t("referrals.rewardsNote")}>
          {(["inviter", "invitee"] as const).map((side) => (
            <RewardFields key={side} side={side} reward={rewardOf(spec, side)} onChange={(reward) => change({ [side]: reward })} />
          ))}
        </Card>
        <Card title={t("referrals.limits")}>
          <LimitFields limits={limitsOf(spec)} onChange={(limits) => change({ limits })} />
        </Card>
        <Card title={t("referrals.checksTitle")} note={t("referrals.checksNote")}>
          <CheckFields checks={checksOf(spec)} onChange={(checks) => change({ checks })} />
        </Card>
        {may ? (
          <div>
            <Button
              type="primary"
              loading={isPending}
              disabled={!ready}
              onClick={() => mutate({ key, spec, version }, { onSuccess: (saved) => onSaved(saved) })}
            >
              {t("actions.save")}
            </Button>
          </div>
        ) : null}
      </Stack>
    </fieldset>
  );
}

interface BasicsProps {
  readonly programmeKey: string;
  readonly keyValue: string;
  readonly onKey: (key: string) => void;
  readonly spec: Spec;
  readonly change: (part: Partial<Spec>) => void;
}

function Basics({ programmeKey, keyValue, onKey, spec, change }: BasicsProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Fields>
      <Field label={t("referrals.name")}>
        {(id) => <Input id={id} maxLength={200} value={spec.name} onChange={(event) => change({ name: event.target.value })} />}
      </Field>
      <Field label={t("referrals.key")} note={t("referrals.keyNote")}>
        {(id, note) => (
          <Input
            id={id}
            aria-describedby={note}
            maxLength={63}
            value={keyValue}
            disabled={programmeKey !== ""}
            onChange={(event) => onKey(event.target.value.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "-"))}
          />
        )}
      </Field>
      <Field label={t("referrals.target")} note={t("referrals.targetNote")} wide>
        {(id, note) => (
          <Input
            id={id}
            aria-describedby={note}
            type="url"
            maxLength={1000}
            value={spec.target}
            onChange={(event) => change({ target: event.target.value.trim() })}
          />
        )}
      </Field>
      <Field label={t("referrals.description")} wide>
        {(id) => (
          <Input.TextArea
            id={id}
            rows={2}
            maxLength={2000}
            value={spec.description ?? ""}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("referrals.lastDay")} note={t("referrals.lastDayNote")}>
        {() => (
          <Suspense fallback={<Spin size="small" />}>
            <DayField label={t("referrals.lastDay")} value={spec.last_day ?? ""} onChange={(last_day) => change({ last_day })} />
          </Suspense>
        )}
      </Field>
    </Fields>
  );
}

interface RewardProps {
  readonly side: "inviter" | "invitee";
  readonly reward: RewardSpec;
  readonly onChange: (reward: RewardSpec) => void;
}

function RewardFields({ side, reward, onChange }: RewardProps): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const per = minorPerUnit(currency);
  return (
    <Fields>
      <Field label={t(`referrals.gets.${side}`)}>
        {(id) => (
          <Select
            id={id}
            value={reward.kind}
            onChange={(kind) => onChange({ ...reward, kind, amount: kind === "words" ? 0 : reward.amount })}
            options={(["words", "points", "coupon"] as const).map((value) => ({ value, label: t(`referrals.kinds.${value}`) }))}
          />
        )}
      </Field>
      {reward.kind === "words" ? null : (
        <Field label={t(reward.kind === "points" ? "referrals.points" : "referrals.worth")}>
          {(id) => (
            <InputNumber
              id={id}
              min={0}
              max={1e9}
              precision={reward.kind === "points" || per === 1 ? 0 : 2}
              value={reward.kind === "coupon" ? reward.amount / per : reward.amount}
              suffix={reward.kind === "coupon" ? currency : null}
              onChange={(next) => onChange({ ...reward, amount: Math.round((next ?? 0) * (reward.kind === "coupon" ? per : 1)) })}
              style={{ width: "100%" }}
            />
          )}
        </Field>
      )}
      <Field label={t("referrals.rewardText")} wide>
        {(id) => (
          <Input id={id} maxLength={500} value={reward.text} onChange={(event) => onChange({ ...reward, text: event.target.value })} />
        )}
      </Field>
    </Fields>
  );
}

function LimitFields({ limits, onChange }: { limits: Limits; onChange: (limits: Limits) => void }): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const per = minorPerUnit(currency);
  const whole = (name: "per_month" | "waiting_days" | "order_within_days", min: number, max: number): ReactNode => (
    <Field label={t(`referrals.limit.${name}`)} note={t(`referrals.limitNote.${name}`)}>
      {(id, note) => (
        <InputNumber
          id={id}
          aria-describedby={note}
          min={min}
          max={max}
          precision={0}
          value={limits[name]}
          onChange={(next) => onChange({ ...limits, [name]: next ?? min })}
          style={{ width: "100%" }}
        />
      )}
    </Field>
  );
  return (
    <Fields>
      {whole("per_month", 0, 100_000)}
      {whole("waiting_days", 0, 365)}
      {whole("order_within_days", 1, 730)}
      <Field label={t("referrals.limit.min_order_minor")}>
        {(id) => (
          <InputNumber
            id={id}
            min={0}
            max={1e9}
            value={limits.min_order_minor / per}
            suffix={currency}
            onChange={(next) => onChange({ ...limits, min_order_minor: Math.round((next ?? 0) * per) })}
            style={{ width: "100%" }}
          />
        )}
      </Field>
      <Field label={t("referrals.limit.new_people_only")} note={t("referrals.limitNote.new_people_only")}>
        {(id) => (
          <div>
            <Switch
              id={id}
              aria-label={t("referrals.limit.new_people_only")}
              checked={limits.new_people_only}
              onChange={(on) => onChange({ ...limits, new_people_only: on })}
            />
          </div>
        )}
      </Field>
    </Fields>
  );
}

function CheckFields({ checks, onChange }: { checks: Checks; onChange: (checks: Checks) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Fields>
      {CHECKS.map((check) => (
        <Field key={check} label={t(`referrals.checks.${check}`)}>
          {(id) => (
            <Select
              id={id}
              value={checks[check]}
              onChange={(value) => onChange({ ...checks, [check]: value })}
              options={(["refuse", "flag", "off"] as const).map((value) => ({ value, label: t(`referrals.strictness.${value}`) }))}
            />
          )}
        </Field>
      ))}
    </Fields>
  );
}
