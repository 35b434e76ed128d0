/** Plays a sequence on two servers and compares their answers, step by step. */
import {
  cloneJson,
  getPath,
  isObject,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../../../src/json.js";
import { differences, messageOf, normalAnswer, type Difference } from "./compare.js";
import { isKnown, isPanic } from "./known.js";
import type { Answer, Call, Side } from "./side.js";
import type { Operation, Step } from "./steps.js";
import type { Subject } from "./subject.js";
import { visit } from "./values.js";

/** What was sent and answered, for whoever has to find out why. */
export interface Played {
  sent: { step: Step; call: Call; statuses: number[] }[];
  /** Those of the last step; none where all of them were answered alike. */
  differences: Difference[];
  answers: Answer[];
  /** The servers hold different objects now, though it may be known how. */
  isOver: boolean;
  /** Messages of refusals that were not the same, which is no difference: pairs. */
  messages: [string, string][];
}

type Pair = readonly [Side, Side];

/** The object as each side last showed it. */
type Live = [JsonObject | undefined, JsonObject | undefined];

/** Plays the steps on an object of that name, up to the first difference. */
export async function play(
  subject: Subject,
  steps: readonly Step[],
  sides: Pair,
  name: string,
): Promise<Played> {
  const played: Played = { sent: [], differences: [], answers: [], isOver: false, messages: [] };
  let live: Live = [undefined, undefined];
  for (const step of steps) {
    const picked = step.is === "JSON patch" ? jsonPatch(step.operations, live[0]) : [];
    const calls = sides.map((side, at) => callOf(subject, step, side, name, live[at], picked));
    const answers = await sent(step, calls, sides);
    if (answers === undefined) return played;
    note(played, step, calls[0] as Call, answers, sides, live);
    if (played.isOver) return played;
    live = seen(live, step, answers, played.sent.at(-1)?.statuses[0] ?? 0);
  }
  const get: Call = { method: "GET", path: "" };
  const last = await Promise.all(
    sides.map((side) => side.send({ ...get, path: objectPath(subject, side, name) })),
  );
  const step = { is: "get" } as unknown as Step;
  note(played, step, { ...get, path: objectPath(subject, sides[0], name) }, last, sides, live);
  return played;
}

/** The answers of both; none where the real server has failed to give one, which is known. */
async function sent(step: Step, calls: readonly Call[], sides: Pair): Promise<Answer[] | undefined> {
  try {
    return await Promise.all(sides.map((side, at) => side.send(calls[at] as Call)));
  } catch (error) {
    if (isPanic(step, error)) return undefined;
    throw error;
  }
}

/** Removes what a sequence left, whatever holds it. */
export async function remove(subject: Subject, sides: Pair, name: string): Promise<void> {
  await Promise.all(
    sides.map(async (side) => {
      const path = objectPath(subject, side, name);
      await side.send({ method: "DELETE", path });
      const body = { metadata: { finalizers: null } };
      await side.send({ method: "PATCH", path, contentType: "application/merge-patch+json", body });
    }),
  );
}

function note(played: Played, step: Step, call: Call, answers: Answer[], sides: Pair, live: Live): void {
  const [a, b] = answers.map((answer, at) =>
    normalAnswer(answer, sides[at]?.namespace ?? "", getPath(live[at], ["metadata", "resourceVersion"])),
  );
  played.sent.push({ step, call, statuses: answers.map(({ status }) => status) });
  played.answers = answers;
  const found = differences(a, b);
  played.differences = found.filter((difference) => !isKnown(step, difference));
  played.isOver = found.length > 0;
  const [left = "", right = ""] = answers.map((answer, at) => messageOf(answer, sides[at]?.namespace ?? ""));
  if (left !== right && played.differences.length === 0) played.messages.push([left, right]);
}

function seen(live: Live, step: Step, answers: readonly Answer[], status: number): Live {
  if (status >= 300 || step.dryRun || step.subresource === "scale") return live;
  const bodies = answers.map(({ body }) => (body["kind"] === "Status" ? undefined : body));
  return [bodies[0], bodies[1]];
}

function objectPath(subject: Subject, side: Side, name: string, version = 0): string {
  return `${collectionPath(subject, side, version)}/${name}`;
}

function collectionPath({ apiVersions, plural }: Subject, side: Side, version = 0): string {
  const apiVersion = apiVersions[version] ?? "";
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/namespaces/${side.namespace}/${plural}`;
}

/** The request of a step, as that side gets it: resource versions and namespaces are its own. */
function callOf(
  subject: Subject,
  step: Step,
  side: Side,
  name: string,
  live: JsonObject | undefined,
  picked: Json[],
): Call {
  const query = queryOf(step);
  const object = `${objectPath(subject, side, name, step.version)}${step.subresource && `/${step.subresource}`}`;
  const patch = (contentType: string, body: Json): Call => ({
    method: "PATCH",
    path: object + query,
    contentType: `application/${contentType}`,
    body,
  });
  switch (step.is) {
    case "create":
      return {
        method: "POST",
        path: collectionPath(subject, side, step.version) + query,
        contentType: "application/json",
        body: named(subject, step, name, step.body),
      };
    case "apply":
      return patch("apply-patch+yaml", named(subject, step, name, step.body));
    case "update":
      return {
        method: "PUT",
        path: object + query,
        contentType: "application/json",
        body: put(subject, step, name, live),
      };
    case "merge patch":
      return patch("merge-patch+json", step.body);
    case "strategic patch":
      return patch("strategic-merge-patch+json", step.body);
    case "JSON patch":
      return patch("json-patch+json", picked);
    case "delete":
      return {
        method: "DELETE",
        path: object,
        contentType: "application/json",
        body: deleteOptions(step, live),
      };
  }
}

function queryOf(step: Step): string {
  const query = new URLSearchParams();
  if (step.manager !== undefined) query.set("fieldManager", step.manager);
  if (step.is === "apply" && step.force) query.set("force", "true");
  if (step.dryRun) query.set("dryRun", "All");
  if (step.fieldValidation !== undefined) query.set("fieldValidation", step.fieldValidation);
  return query.size === 0 ? "" : `?${query.toString()}`;
}

function deleteOptions(step: Step & { is: "delete" }, live: JsonObject | undefined): JsonObject {
  const uid = getPath(live, ["metadata", "uid"]);
  const wrong = "33333333-3333-4333-8333-333333333333";
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(step.propagation !== undefined && { propagationPolicy: step.propagation }),
    ...(step.replaces === "stale" && { preconditions: { uid: wrong } }),
    ...(step.replaces === "live" && uid !== undefined && { preconditions: { uid } }),
    ...(step.dryRun && { dryRun: ["All"] }),
  };
}

/** With the name and the types that the request's path speaks of. */
function named(subject: Subject, step: Step, name: string, body: JsonObject): JsonObject {
  const scale = step.subresource === "scale";
  const metadata = isObject(body["metadata"]) ? { ...body["metadata"], name } : body["metadata"];
  return {
    apiVersion: scale ? "autoscaling/v1" : (subject.apiVersions[step.version] ?? ""),
    kind: scale ? "Scale" : subject.kind,
    ...body,
    ...(metadata !== undefined && { metadata }),
  };
}

function put(
  subject: Subject,
  step: Step & { is: "update" },
  name: string,
  live: JsonObject | undefined,
): JsonObject {
  const base =
    step.onto === "live" && live !== undefined && step.subresource !== "scale" ? cloneJson(live) : {};
  const body = named(subject, step, name, mergePatched(base, step.body));
  body["apiVersion"] =
    step.subresource === "scale" ? "autoscaling/v1" : (subject.apiVersions[step.version] ?? "");
  const metadata = body["metadata"];
  if (!isObject(metadata)) return body;
  const version = getPath(live, ["metadata", "resourceVersion"]);
  if (step.replaces === "none" || version === undefined) delete metadata["resourceVersion"];
  else metadata["resourceVersion"] = step.replaces === "live" ? version : "1";
  if (step.managedFields === "absent") delete metadata["managedFields"];
  if (step.managedFields === "empty") metadata["managedFields"] = [];
  return body;
}

/** RFC 7386, but that null stays null: a body that is put may hold it. */
function mergePatched(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? mergePatched(old, value) : value;
  }
  return merged;
}

const drawnKeys = ["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"];

function withoutDrawn<T extends Json>(value: T): T {
  const text = stringifyJson(value);
  if (!drawnKeys.some((key) => text.includes(`"${key}"`))) return value;
  const copy = cloneJson(value);
  visit(copy, (parent, key) => {
    if (drawnKeys.includes(key)) Reflect.deleteProperty(parent, key);
  });
  return copy;
}

function isAlike(value: Json | undefined): boolean {
  return value === undefined || withoutDrawn(value) === value;
}

/** What differs from server to server is never tested, copied or moved; what says which kind it is seldom makes sense. */
const drawn =
  /^\/(apiVersion|kind)$|^\/metadata\/(uid|resourceVersion|creationTimestamp|name$|managedFields\/|namespace|ownerReferences\/\d+\/uid)|\/(clusterIPs?|nodePort|healthCheckNodePort)\b/;

/** The operations at places of this object, which both sides hold alike. */
function jsonPatch(operations: readonly Operation[], live: JsonObject | undefined): Json[] {
  const pointers: string[] = ["/data", "/spec", "/metadata/labels", "/metadata/annotations/new"];
  const values = new Map<string, Json>();
  const walk = (value: Json, path: string): void =>
    visit(value, (parent, key) => {
      if (parent !== value) return;
      const child = (parent as JsonObject)[key] as Json;
      const pointer = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (drawn.test(pointer)) return;
      pointers.push(pointer);
      values.set(pointer, child);
      walk(child, pointer);
    });
  if (live !== undefined) walk(live, "");
  const at = (index: number): string => pointers[index % pointers.length] ?? "";
  return operations.map(({ op, at: place, from, suffix, value }) => {
    const path = at(place) + suffix;
    const held = values.get(path) ?? "a";
    const given = value === "live" ? held : value === "alike" ? alike(held) : value;
    // The managers of fields, and all of the metadata, hold what each server draws.
    const holdsDrawn = (place: string): boolean => ["/metadata", "/metadata/managedFields"].includes(place);
    const safe = holdsDrawn(path) ? [] : withoutDrawn(given);
    if (op === "remove") return { op, path };
    if (op === "copy" || op === "move")
      return {
        op,
        from: isAlike(values.get(at(from))) && !holdsDrawn(at(from)) ? at(from) : "/metadata/labels",
        path,
      };
    return { op, path, value: safe };
  });
}

function alike(value: Json): Json {
  if (typeof value === "string") return value === "a" ? "b" : "a";
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return value.slice(1);
  return isObject(value) ? Object.fromEntries(Object.entries(value).slice(1)) : value;
}

/** The story of a sequence that went wrong, to be read from the end. */
export function tell(subject: Subject, sides: Pair, { sent, differences: found, answers }: Played): string {
  const lines = sent.map(({ call, statuses }, at) => {
    const body =
      call.body === undefined ? "" : `\n     ${call.contentType ?? ""} ${stringifyJson(call.body)}`;
    return `  ${at + 1}. ${call.method} ${call.path}  -> ${[...new Set(statuses)].join(" and ")}${body}`;
  });
  const [real, other] = sides;
  // Where one is refused and the other is not, all else differs too.
  const status = found.filter(({ path }) => path === "status");
  const places = (status.length > 0 ? status : found).map(
    ({ path, values: [a, b] }) => `  ${path}\n    ${real.name}: ${show(a)}\n    ${other.name}: ${show(b)}`,
  );
  const messages = answers.map(
    ({ body }, at) =>
      `  ${sides[at]?.name ?? ""}: ${body["kind"] === "Status" ? show(body["message"]) : `an object: ${show(body)}`}`,
  );
  return [
    `${subject.title}: the last of these requests is answered differently.`,
    ...lines,
    "where the answers differ:",
    ...places,
    "what they say:",
    ...messages,
  ].join("\n");
}

function show(value: Json | undefined): string {
  return value === undefined ? "(absent)" : stringifyJson(value);
}
