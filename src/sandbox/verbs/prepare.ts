/** What a kind's strategy and its admission plugins make of an object, with what they need to know of the world. */
import { admitNamespace } from "./admission.js";
import { getPath } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { codeDefaults } from "../../schema/index.js";
import { admissionRefusal, prepareObject, type DefaultsContext } from "../defaults/index.js";
import { aboutOf, metaText, type Request } from "./request.js";
import { forbidden } from "../status.js";
import { randomLetters, timeText } from "../texts.js";
import type { Taken } from "../rules/index.js";
import { keyOf } from "../store.js";

/** The defaults that the real server sets in code, before ownership of fields is recorded. */
export function defaulted({ kind }: Pick<Request, "kind">, object: KubeObject): KubeObject {
  return kind.source.from === "bundle" ? codeDefaults(kind.source.definition, object) : object;
}

/**
 * What is new as it is to be stored: service accounts, addresses, first statuses. Ownership is recorded already.
 * @throws StatusError 404 and 403 where it is not let in.
 */
export function prepareNew(request: Request, object: KubeObject): KubeObject {
  const name = metaText(object, "name");
  admitNamespace(request, name);
  const { source } = request.kind;
  if (source.from === "crd") return object;
  const context = contextOf(request, object, undefined);
  const refusal = admissionRefusal(source.definition, object, context);
  if (refusal !== undefined) throw forbidden({ ...aboutOf(request), name }, refusal);
  return prepareObject(source.definition, object, context);
}

/** The same for a change: what was allocated stays. */
export function prepareChanged(request: Request, live: KubeObject, object: KubeObject): KubeObject {
  const { source } = request.kind;
  return source.from === "crd"
    ? object
    : prepareObject(source.definition, object, contextOf(request, object, live));
}

function contextOf(request: Request, object: KubeObject, live: KubeObject | undefined): DefaultsContext {
  const { world, user } = request;
  return {
    create: live === undefined,
    live,
    namespace: metaText(object, "namespace"),
    takenIPs: () => new Set(othersOf(request, object, ["spec", "clusterIPs"])),
    takenPorts: () => new Set(nodePorts(request, object)),
    uid: metaText(object, "uid"),
    random: () => randomLetters(5),
    now: () => timeText(world.now()),
    user,
    holdings: world.store,
  };
}

/** What other Services have, as far as a Service is to be judged; a dry run allocates nothing. */
export function takenFrom(request: Request, object: KubeObject, dryRun: boolean): Taken | undefined {
  if (request.kind.collection !== "services") return undefined;
  const { takenIPs, takenPorts } = contextOf(request, object, undefined);
  return { takenIPs, takenPorts, dryRun };
}

/** What stands at a path in the other objects of the collection: lists of texts. */
function othersOf({ world, kind }: Request, object: KubeObject, path: string[]): string[] {
  const others = world.store.list(kind.collection).filter((other) => keyOf(other) !== keyOf(object));
  return others.flatMap((other) => {
    const value = getPath(other, path);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  });
}

function nodePorts({ world, kind }: Request, object: KubeObject): number[] {
  const others = world.store.list(kind.collection).filter((other) => keyOf(other) !== keyOf(object));
  return others.flatMap((other) => {
    const ports = getPath(other, ["spec", "ports"]);
    const found = (Array.isArray(ports) ? ports : []).map((port) => getPath(port, ["nodePort"]));
    return found.filter((port) => typeof port === "number");
  });
}
