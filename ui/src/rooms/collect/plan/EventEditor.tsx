// What is this event? Its name, owner and description, and each property with its type and limits.
import { App, Button, Drawer, Form, Input, Select } from "antd";
import { Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan, PlanEvent, PlanMode, PlanProperty } from "@/api/contract";
import { LANGUAGES, OWN_NAME } from "@/i18n";
import { Refusal } from "@/parts/Refusal";
import { dropEvent, MODES, NEW_EVENT, putEvent, STATUSES } from "./edit";
import styles from "./Plan.module.css";
import { PropertyList } from "./PropertyList";

interface EventEditorProps {
  readonly plan: Plan;
  /** Null for a new event. */
  readonly event: PlanEvent | null;
  readonly open: boolean;
  readonly may: boolean;
  readonly saving: boolean;
  readonly error: unknown;
  readonly onSave: (plan: Plan) => void;
  readonly onClose: () => void;
}

type Fields = Omit<PlanEvent, "mode" | "unknown_properties" | "properties"> & {
  readonly mode: PlanMode | "";
  readonly unknown_properties: PlanMode | "";
  readonly properties?: readonly PlanProperty[];
};

function fieldsOf(event: PlanEvent): Fields {
  return { ...event, mode: event.mode ?? "", unknown_properties: event.unknown_properties ?? "" };
}

function eventOf({ mode, unknown_properties, properties = [], ...rest }: Fields): PlanEvent {
  return { ...rest, name: rest.name.trim(), mode: mode || null, unknown_properties: unknown_properties || null, properties };
}

export function EventEditor({ plan, event, open, may, saving, error, onSave, onClose }: EventEditorProps): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const remove = (name: string): void =>
    void modal.confirm({
      title: t("plan.removeTitle", { name }),
      content: t("plan.removeText"),
      okText: t("actions.remove"),
      okButtonProps: { danger: true },
      onOk: () => onSave(dropEvent(plan, name)),
    });
  const taken = new Set(plan.events.map((each) => each.name));
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={720}
      title={event ? event.name : t("plan.addEvent")}
      destroyOnHidden
      extra={
        event && may ? (
          <Button type="text" danger icon={<Trash2 size={14} aria-hidden />} onClick={() => remove(event.name)}>
            {t("actions.remove")}
          </Button>
        ) : null
      }
      footer={
        may ? (
          <div className={styles.footer}>
            <Button onClick={onClose}>{t("actions.cancel")}</Button>
            <Button type="primary" loading={saving} onClick={() => form.submit()}>
              {t("actions.save")}
            </Button>
          </div>
        ) : null
      }
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={!may}
        initialValues={fieldsOf(event ?? NEW_EVENT)}
        onFinish={() => onSave(putEvent(plan, event?.name ?? null, eventOf(form.getFieldsValue(true) as Fields)))}
      >
        <Refusal error={error} />
        <Head taken={taken} own={event?.name ?? null} />
        <h3 className={styles.part}>{t("plan.properties")}</h3>
        <PropertyList name="properties" form={form} may={may} />
      </Form>
    </Drawer>
  );
}

function Head({ taken, own }: { taken: ReadonlySet<string>; own: string | null }): ReactNode {
  const { t } = useTranslation();
  const modes = [{ value: "", label: t("plan.asPlan") }, ...MODES.map((mode) => ({ value: mode, label: t(`plan.modes.${mode}`) }))];
  return (
    <div className={styles.head}>
      <Form.Item
        name="name"
        label={t("plan.eventName")}
        extra={t("plan.eventNameNote")}
        className={styles.wide ?? ""}
        rules={[
          { required: true, whitespace: true, message: t("forms.needed") },
          {
            validator: (_, value: string) =>
              value !== own && taken.has(value.trim()) ? Promise.reject(new Error(t("plan.nameTaken"))) : Promise.resolve(),
          },
        ]}
      >
        <Input maxLength={200} />
      </Form.Item>
      {LANGUAGES.map((each) => (
        <Form.Item key={each} name={["description", each]} label={t("plan.descriptionIn", { language: OWN_NAME[each] })}>
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={2000} />
        </Form.Item>
      ))}
      <Form.Item name="owner" label={t("plan.owner")}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="status" label={t("plan.status")}>
        <Select options={STATUSES.map((status) => ({ value: status, label: t(`plan.statuses.${status}`) }))} />
      </Form.Item>
      <Form.Item name="mode" label={t("plan.rules.mode")}>
        <Select options={modes} />
      </Form.Item>
      <Form.Item name="unknown_properties" label={t("plan.rules.unknown_properties")}>
        <Select options={modes} />
      </Form.Item>
    </div>
  );
}
