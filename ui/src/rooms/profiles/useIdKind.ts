import { useTranslation } from "react-i18next";

/** The word for a kind of id; a kind that came from outside is shown as it was sent. */
export function useIdKind(): (kind: string) => string {
  const { t } = useTranslation();
  return (kind) => {
    switch (kind) {
      case "user_id":
      case "anonymous_id":
      case "email":
      case "phone":
        return t(`people.idKinds.${kind}`);
      default:
        return kind;
    }
  };
}
