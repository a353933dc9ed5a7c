// Why was this change refused? Said inside the form that asked for it.
import { Alert } from "antd";
import type { ReactNode } from "react";

import { asApiError } from "@/api/errors";
import { Technical } from "@/parts/states";
import { useErrorWords } from "@/parts/useErrorWords";

export function Refusal({ error }: { error: unknown }): ReactNode {
  return error ? <Shown error={error} /> : null;
}

function Shown({ error }: { error: unknown }): ReactNode {
  const known = asApiError(error);
  const { text } = useErrorWords(known);
  return (
    <Alert
      type="error"
      showIcon
      style={{ marginBottom: 14 }}
      title={
        <>
          {text}
          <Technical error={known} />
        </>
      }
    />
  );
}
