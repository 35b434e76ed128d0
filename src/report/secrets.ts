/**
 * Values of Secrets never appear in any output. A value shows as its length and a fingerprint, so that a change is
 * seen as a change: `<secret, 12 bytes, #a1b2c3>`. The fingerprint is an HMAC under a key drawn for the run: it says
 * "the same" and "another" within a run, and nothing that could be looked up or guessed offline.
 */
import { createHmac, randomBytes } from "node:crypto";
import {
  getKey,
  getPath,
  isObject,
  parseJson,
  setKey,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../json.js";
import type { Difference, KubeObject, Ref } from "../model.js";
import { lastApplied } from "./noise.js";
import { createRedactor } from "./redact.js";

export interface Secrets {
  /** Takes note of the values of a Secret, from a manifest or live; of other objects nothing is kept. */
  learn: (object: KubeObject) => void;
  /** The same for the values of a difference in a Secret, whose object may not be at hand. */
  learnDifference: (ref: Ref, difference: Difference) => void;
  /** Takes note that an object's names are public. */
  learnRef: (ref: Ref) => void;
  /** A message without any known value in it. */
  text: (text: string) => string;
  /** A piece of an object, as a path, without known values; short plain words stay. */
  content: (text: string) => string;
  /** An object to show: a Secret's values masked, known values masked wherever else they stand. */
  object: (object: KubeObject) => KubeObject;
  /** A difference of the object that `ref` names, to show. */
  difference: (ref: Ref, difference: Difference) => Difference;
}

/** What a mask looks like, as YAML quotes it. */
export const quotedMask = /(["'])(<secret, [0-9]+ bytes?, #[0-9a-f]{6}>)\1/g;

/** `show` is `--show-secrets`: everything is left as it is. */
export function createSecrets(show: boolean, key: Uint8Array = randomBytes(32)): Secrets {
  if (show) return shown;
  const redactor = createRedactor();
  // Most runs have nothing to say in which a value could stand: the spellings are made when the first text comes.
  let unread: KubeObject[] = [];

  // The same values come from the manifest, the live object and the preview.
  const added = new Set<string>();
  const maskOf = (bytes: Buffer): string => {
    const fingerprint = createHmac("sha256", key).update(bytes).digest("hex").slice(0, 6);
    return `<secret, ${bytes.length} byte${bytes.length === 1 ? "" : "s"}, #${fingerprint}>`;
  };
  const maskScalar = (value: Json, encoded: boolean): Json => {
    if (value === null) return null;
    return maskOf(bytesOf(isObject(value) || Array.isArray(value) ? stringifyJson(value) : value, encoded));
  };
  const maskValues = (values: Json, encoded: boolean): Json =>
    isObject(values) ? mapValues(values, (value) => maskScalar(value, encoded)) : maskScalar(values, encoded);

  const content = (text: string): string => {
    readAll();
    return redactor.content(text);
  };
  const redactJson = (value: Json): Json => {
    if (typeof value === "string") return content(value);
    if (Array.isArray(value)) return value.map(redactJson);
    return isObject(value) ? mapValues(value, redactJson) : value;
  };
  const maskSecret = (object: JsonObject): JsonObject =>
    mapValues(object, (value, key) => {
      if (key === "data" || key === "stringData") return maskValues(value, key === "data");
      return key === "metadata" ? maskMetadata(value) : redactJson(value);
    });
  const maskMetadata = (metadata: Json): Json => {
    if (!isObject(metadata)) return redactJson(metadata);
    return mapValues(metadata, (value, key) =>
      key === "annotations" ? maskAnnotations(value) : redactJson(value),
    );
  };
  const maskAnnotations = (annotations: Json): Json => {
    if (!isObject(annotations)) return redactJson(annotations);
    return mapValues(annotations, (value, key) =>
      key === lastApplied ? maskScalar(value, false) : redactJson(value),
    );
  };
  const maskObject = (object: KubeObject): KubeObject => {
    if (isSecret(object)) return maskSecret(object);
    const items = listItems(object);
    if (items === undefined) return redactJson(object) as KubeObject;
    return mapValues(object, (value, key) =>
      key === "items" ? items.map((item) => (isObject(item) ? maskObject(item) : item)) : redactJson(value),
    );
  };

  const learnValue = (value: Json, encoded: boolean): void => {
    if (Array.isArray(value)) for (const item of value) learnValue(item, encoded);
    else if (isObject(value)) for (const item of Object.values(value)) learnValue(item, encoded);
    else if (value !== null) {
      const written = `${encoded ? "base64" : "text"}:${String(value)}`;
      if (added.has(written)) return;
      added.add(written);
      const bytes = bytesOf(value, encoded);
      redactor.add(bytes, maskOf(bytes));
    }
  };
  const read = (object: KubeObject): void => {
    for (const item of listItems(object) ?? []) if (isObject(item)) read(item);
    if (!isSecret(object)) return;
    learnValue(getKey(object, "data") ?? null, true);
    learnValue(getKey(object, "stringData") ?? null, false);
    const copy = parsed(getPath(object, ["metadata", "annotations", lastApplied]));
    if (isObject(copy) && isSecret(copy)) read(copy);
  };
  const readAll = (): void => {
    const objects = unread;
    unread = [];
    objects.forEach(read);
  };

  /** One side of a difference in a Secret; its path says what the value is. */
  const maskSide = (path: string, value: Json): Json => {
    const field = fieldAt(path);
    switch (field) {
      case "data":
      case "stringData":
        return maskValues(value, field === "data");
      case "last-applied":
        return maskScalar(value, false);
      case "annotations":
        return maskAnnotations(value);
      case "metadata":
        return maskMetadata(value);
      case "object":
        return isObject(value) ? maskSecret(value) : maskScalar(value, false);
      case "other":
        return redactJson(value);
    }
  };

  return {
    learn: (object) => {
      if (isSecret(object) || listItems(object) !== undefined) unread.push(object);
    },
    learnDifference: ({ kind }, { path, before = null, after = null }) => {
      const field = fieldAt(path);
      if (kind === "Secret" && (field === "data" || field === "stringData"))
        for (const value of [before, after]) unread.push({ kind, [field]: value });
    },
    learnRef: (ref) => {
      for (const word of [ref.apiVersion, ref.kind, ref.namespace ?? "", ref.name]) redactor.addPublic(word);
    },
    text: (text) => {
      readAll();
      return redactor.message(text);
    },
    content,
    object: maskObject,
    difference: (ref, difference) => {
      const mask = (value: Json): Json =>
        ref.kind === "Secret" ? maskSide(difference.path, value) : redactJson(value);
      return {
        path: content(difference.path), // an item of a set is named by its value
        ...(difference.before === undefined ? {} : { before: mask(difference.before) }),
        ...(difference.after === undefined ? {} : { after: mask(difference.after) }),
      };
    },
  };
}

const shown: Secrets = {
  learn: () => undefined,
  learnDifference: () => undefined,
  learnRef: () => undefined,
  text: (text) => text,
  content: (text) => text,
  object: (object) => object,
  difference: (_ref, difference) => difference,
};

type Field = "data" | "stringData" | "last-applied" | "annotations" | "metadata" | "object" | "other";

/** Which part of a Secret a path is about, whether it is written `data.key`, `.data["a.b"]` or `data`. */
function fieldAt(path: string): Field {
  const bare = path.replace(/^\$?\.?/, "");
  if (bare === "") return "object";
  if (bare.includes(lastApplied)) return "last-applied";
  const first = /^\["?([^"\]]+)|^([^.[]+)/.exec(bare);
  const field = first?.[1] ?? first?.[2] ?? "";
  if (field === "data" || field === "stringData") return field;
  if (bare === "metadata") return "metadata";
  return /^metadata\W+annotations\W*$/.test(bare) ? "annotations" : "other";
}

// A kind called Secret of any group: masking too much is the smaller mistake.
function isSecret(object: KubeObject): boolean {
  return getKey(object, "kind") === "Secret";
}

function listItems(object: KubeObject): Json[] | undefined {
  const kind = getKey(object, "kind");
  const items = getKey(object, "items");
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items) ? items : undefined;
}

/** The bytes that a value stands for: `data` is base64, unless it is broken, and then it is what it says. */
function bytesOf(value: string | number | bigint | boolean, encoded: boolean): Buffer {
  const text = String(value);
  const compact = text.replace(/[\r\n]/g, "");
  const isBase64 = encoded && compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
  return isBase64 ? Buffer.from(compact, "base64") : Buffer.from(text, "utf8");
}

function parsed(text: Json | undefined): Json | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined; // what is no JSON is masked whole all the same
  }
}

function mapValues(object: JsonObject, map: (value: Json, key: string) => Json): JsonObject {
  const mapped: JsonObject = {};
  for (const [key, value] of Object.entries(object)) setKey(mapped, key, map(value, key));
  return mapped;
}
