// How is a model made? Under a key that is free; then its page shows how it is trained.
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import { usePath } from "@/shell/workspace";
import { useChangeModel, useCreateModel, type Definition } from "./queries";

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

/** How is a definition of one's own written? As a new model, or in place of what stands under its key; then its page is shown. */
export function useSavingModel(edited: boolean): {
  readonly save: (key: string, definition: Definition) => void;
  readonly busy: boolean;
  readonly error: unknown;
} {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const making = useCreating();
  const changing = useChangeModel();
  const change = (key: string, definition: Definition): void =>
    changing.mutate(
      { key, definition },
      {
        onSuccess: () => {
          void message.success(t("models.changed"));
          void navigate(path("models", key));
        },
      },
    );
  return edited
    ? { save: change, busy: changing.isPending, error: changing.error }
    : { save: (key, definition) => making.create({ key, definition, config: {} }), busy: making.busy, error: making.error };
}
