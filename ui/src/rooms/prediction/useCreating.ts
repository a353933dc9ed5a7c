// How is a model made? Under a key that is free; then its page shows how it is trained.
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import { usePath } from "@/shell/workspace";
import { useCreateModel } from "./queries";

export function useCreating(): {
  readonly create: (body: Schemas["NewModelBody"]) => void;
  readonly busy: boolean;
  readonly error: unknown;
} {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useCreateModel();
  const create = (body: Schemas["NewModelBody"]): void =>
    mutate(body, {
      onSuccess: ({ key }) => {
        void message.success(t("models.created"));
        void navigate(path("models", key));
      },
    });
  return { create, busy: isPending, error };
}
