// Which keys may `t` be asked for? Those of the English dictionary; TypeScript refuses any other.
import "i18next";

import type en from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
    returnNull: false;
  }
}
