/** Who writes, as managed fields record it. */
import { namedFields, type FieldSet, type Writer } from "../merge/index.js";
import type { KubeObject } from "../model.js";
import type { Kind } from "./model.js";
import { apiVersionFor, type Request, type WriteOptions } from "./request.js";
import { timeText } from "./texts.js";
import { hasStatus } from "./traits.js";

/** The entry that a write of this request is recorded in. */
export function writerOf(request: Request, { manager }: WriteOptions): Writer {
  const { kind, world, ask } = request;
  return {
    manager,
    apiVersion: apiVersionFor(request),
    subresource: ask.subresource,
    time: timeText(world.now()),
    empty: emptyOf(kind),
    reset: () => resetBy(kind, ask.subresource),
    shapeOf: (apiVersion) => world.kinds.byKind(apiVersion, kind.type.kind)?.codec().shape,
  };
}

const status = namedFields(["status"]);
const builtInSpec = namedFields(["spec"], ["metadata", "labels"]);
const customSpec = namedFields(["spec"], ["metadata"]);

/** What a request leaves as it is and does not own: the status, and to a write of the status all else. */
function resetBy(kind: Kind, subresource: string): FieldSet | undefined {
  if (!hasStatus(kind)) return undefined;
  if (subresource !== "status") return status;
  return kind.source.from === "crd" ? customSpec : builtInSpec;
}

const empties = new WeakMap<Kind, KubeObject>();

/** An object of a built-in kind with nothing set, as its Go type has it. */
function emptyOf(kind: Kind): KubeObject | undefined {
  if (kind.source.from === "crd") return undefined;
  const empty = empties.get(kind) ?? kind.codec().read({}).object;
  empties.set(kind, empty);
  return empty;
}
