/** What the sandbox makes of an object before it stores it, from the parts under test. */
import { getKey, isObject, type JsonObject } from "../../../src/json.js";
import { withCodeDefaults, type DefaultsContext } from "../../../src/sandbox/defaults/index.js";
import { bundledRows, builtInCodec, type Codec } from "../../../src/schema/index.js";
import { namespace, textAt } from "./recording.js";

const definitions = new Map(
  bundledRows().map(([apiVersion, kind, row]) => [`${apiVersion} ${kind}`, textAt(row, "definition")]),
);

/** The definition of an object's kind. */
export function definitionOf(object: JsonObject): string {
  const kind = `${textAt(object, "apiVersion")} ${textAt(object, "kind")}`;
  const definition = definitions.get(kind);
  if (definition === undefined) throw new Error(`no definition of ${kind}`);
  return definition;
}

export function codecOf(object: JsonObject): Codec {
  return builtInCodec(definitionOf(object));
}

/** The object's UID in all tests: `stripped` makes `UID` of it. */
export const uid = "11111111-2222-3333-4444-555555555555";

export function contextOf(more: Partial<DefaultsContext> = {}): DefaultsContext {
  return {
    create: true,
    namespace,
    takenIPs: () => new Set(),
    takenPorts: () => new Set(),
    uid,
    random: () => "abcde",
    now: () => "2024-01-02T03:04:05Z",
    // Who recorded.
    user: {
      username: "token-admin",
      uid: "token-admin",
      groups: ["system:masters", "system:authenticated"],
    },
    ...more,
  };
}

/** A new object, read and defaulted. */
export function created(input: JsonObject, more: Partial<DefaultsContext> = {}): JsonObject {
  const object = codecOf(input).stored(codecOf(input).read(input).object);
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const whole = { ...object, metadata: { ...metadata, uid } };
  return withCodeDefaults(definitionOf(input), codecOf(input).withDefaults(whole), contextOf(more));
}

/** An object that is to take the place of a live one. */
export function updated(live: JsonObject, next: JsonObject): JsonObject {
  const codec = codecOf(live);
  const { object } = codec.read(next);
  const given = getKey(live["metadata"], "uid");
  const context = contextOf({ create: false, live, ...(typeof given === "string" && { uid: given }) });
  return withCodeDefaults(definitionOf(live), codec.withDefaults(object), context);
}
