// May the page be left? Not without a word while something is not saved.
import { Modal } from "antd";
import { useCallback, useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";

interface Leaving {
  /** From now on the page may be left; to be called before going on after a save. */
  readonly free: () => void;
  readonly dialog: ReactNode;
}

export function useLeaving(changed: boolean): Leaving {
  const { t } = useTranslation();
  const freed = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => changed && !freed.current && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent): void => {
      if (!freed.current) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [changed]);
  const free = useCallback(() => {
    freed.current = true;
  }, []);
  const dialog = (
    <Modal
      open={blocker.state === "blocked"}
      title={t("builder.leave.title")}
      okText={t("builder.leave.ok")}
      cancelText={t("builder.leave.stay")}
      okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {t("builder.leave.text")}
    </Modal>
  );
  return { free, dialog };
}
