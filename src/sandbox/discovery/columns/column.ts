/** A column of a table, and the words to write one with. */
import { age, at, containerImages, containerNames, createdAt, selector, type Cell } from "./cells.js";

export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 1 for what only `-o wide` shows. */
  priority: number;
  cell: Cell;
}

const column =
  (type: string) =>
  (name: string, cell: Cell): TableColumn => ({
    name,
    type,
    format: "",
    description: "",
    priority: 0,
    cell,
  });
export const text = column("string");
export const integer = column("integer");
export const flag = column("boolean");
export const named = (name: string, cell: Cell): TableColumn => ({ ...text(name, cell), format: "name" });
export const wide = (name: string, cell: Cell): TableColumn => ({ ...text(name, cell), priority: 1 });

export const name = named("Name", at("metadata.name"));
export const aged = text("Age", age);
export const created = column("date")("Created At", createdAt);

/** The containers of a pod template. */
export const template = (path: string): TableColumn[] => [
  wide("Containers", containerNames(`${path}.containers`)),
  wide("Images", containerImages(`${path}.containers`)),
];
export const workload = (path: string, selected: string): TableColumn[] => [
  ...template(path),
  wide("Selector", selector(selected)),
];
/** Of kinds that keep a number of pods. */
export const replicas = [
  integer("Desired", at("spec.replicas", 0)),
  integer("Current", at("status.replicas", 0)),
  integer("Ready", at("status.readyReplicas", 0)),
  aged,
];
