/** The columns of built-in kinds. */
import type { ResourceType } from "../../../model.js";
import { created, name, type TableColumn } from "./column.js";
import { coreColumns } from "./core.js";
import { groupColumns } from "./groups.js";

/** Source: k8s.io/apiserver pkg/registry/rest/table.go. */
const byDefault: readonly TableColumn[] = [name, created];

/** The columns of a built-in kind: its own, or its name and when it was created. */
export function builtInColumns({ group, plural }: ResourceType): readonly TableColumn[] {
  const [table, key] = group === "" ? [coreColumns, plural] : [groupColumns, `${plural}.${group}`];
  return (Object.hasOwn(table, key) ? table[key] : undefined) ?? byDefault;
}
