// What if the file was read wrongly? Another encoding, delimiter or first line, tried at once.
import { Button, Form, Popover, Select } from "antd";
import { SlidersHorizontal } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Refusal } from "@/parts/Refusal";
import { useInspect, type File } from "./queries";

const ENCODINGS = ["utf-8", "gb18030", "big5", "utf-16", "windows-1252"];
const DELIMITERS = [",", ";", "\t", "|"] as const;

interface Fields {
  readonly encoding: string;
  readonly delimiter: string;
  readonly header: boolean;
}

export function ReadDifferently({ file, onReread }: { file: File; onReread: () => void }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const inspect = useInspect(file.file_id);
  const read = ({ encoding, delimiter, header }: Fields): void =>
    inspect.mutate(file.format === "csv" ? { encoding, delimiter, header } : { encoding }, {
      onSuccess: () => {
        setOpen(false);
        onReread();
      },
    });
  const encodings = [...new Set([file.encoding, ...ENCODINGS])].map((value) => ({ value, label: value }));
  const delimiters = [...new Set([file.delimiter, ...DELIMITERS])]
    .filter(Boolean)
    .map((value) => ({ value, label: value === "\t" ? t("imports.tab") : value }));
  const form = (
    <Form<Fields> layout="vertical" initialValues={file} onFinish={read} style={{ width: 240 }}>
      <Refusal error={inspect.error} />
      <Form.Item name="encoding" label={t("imports.encoding")}>
        <Select options={encodings} />
      </Form.Item>
      {file.format === "csv" ? (
        <>
          <Form.Item name="delimiter" label={t("imports.delimiter")}>
            <Select options={delimiters} />
          </Form.Item>
          <Form.Item name="header" label={t("imports.firstLine")}>
            <Select
              options={[
                { value: true, label: t("imports.header") },
                { value: false, label: t("imports.noHeader") },
              ]}
            />
          </Form.Item>
        </>
      ) : null}
      <Button type="primary" htmlType="submit" block loading={inspect.isPending}>
        {t("imports.readAgain")}
      </Button>
    </Form>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" content={form} placement="bottomRight">
      <Button size="small" icon={<SlidersHorizontal size={13} aria-hidden />}>
        {t("imports.readDifferently")}
      </Button>
    </Popover>
  );
}
