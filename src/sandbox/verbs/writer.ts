/** Who writes, as managed fields record it. */
import { namedFields, type FieldSet, type Writer } from "../../merge/index.js";
import type { KubeObject } from "../../model.js";
import type { Kind } from "../model.js";
import { apiVersionFor, type Request, type WriteOptions } from "./request.js";
import { timeText } from "../texts.js";
import { hasStatus, leftByStatus, statusLeavesMetadata } from "./traits.js";

/** The entry that a write of this request is recorded in. */
export function writerOf(request: Request, { manager }: WriteOptions): Writer {
  const { kind, world, ask } = request;
  return {
    manager,
    apiVersion: apiVersionFor(request),
    subresource: ask.subresource,
    time: timeText(world.now()),
    empty: emptyOf(kind),
    reset: (apiVersion) => resetBy(request, apiVersion),
    shapeOf: (apiVersion) => {
      const spoken = apiVersion === apiVersionFor(request);
      return (spoken ? kind : world.kinds.byKind(apiVersion, kind.type.kind))?.codec().shape;
    },
  };
}

const status = namedFields(["status"]);
const specAndMetadata = namedFields(["spec"], ["metadata"]);

/**
 * What a request leaves as it is and does not own: the status, and to a write of the status all else. Of a custom
 * resource, it does not own the status of the version that it speaks: whoever owns it in another one loses it.
 */
function resetBy({ kind, ask, world }: Request, apiVersion: string): FieldSet | undefined {
  const isCustom = kind.source.from === "crd";
  if (ask.subresource !== "status")
    return hasStatus(kind) && (!isCustom || apiVersion === apiVersionFor({ kind })) ? status : undefined;
  if (!isCustom) return hasStatus(kind) ? besideStatus(kind) : undefined;
  const spoken = world.kinds.byKind(apiVersion, kind.type.kind);
  return spoken !== undefined && hasStatus(spoken) ? specAndMetadata : undefined;
}

function besideStatus(kind: Kind): FieldSet {
  if (statusLeavesMetadata(kind)) return specAndMetadata;
  return namedFields(["spec"], ...leftByStatus(kind).map((field) => ["metadata", field]));
}

const empties = new WeakMap<Kind, KubeObject>();

/** An object of a built-in kind with nothing set, as its Go type has it. */
function emptyOf(kind: Kind): KubeObject | undefined {
  if (kind.source.from === "crd") return undefined;
  const empty = empties.get(kind) ?? kind.codec().read({}).object;
  empties.set(kind, empty);
  return empty;
}
