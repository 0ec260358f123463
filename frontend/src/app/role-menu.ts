import type { ComponentType } from "react";

/** An entry of a role's side menu. `path` is absolute; `label` is an i18n key with its namespace. */
export interface MenuEntry {
  path: string;
  label: string;
  icon: ComponentType;
}
