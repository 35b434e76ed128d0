/** What a 1.36 server answered, recorded, and words that the tests of codecs share. */
import { readFileSync } from "node:fs";
import { isObject, parseJson, type Json, type JsonObject } from "../../src/json.js";
import { bundledKind } from "../../src/schema/bundled.js";
import { builtInCodec, type Codec } from "../../src/schema/index.js";

export function recorded(name: string): Json {
  return parseJson(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
}

/** The codec of a built-in object. */
export function codecOf(object: JsonObject): Codec {
  const { apiVersion, kind: name } = object as { apiVersion: string; kind: string };
  const kind = bundledKind(apiVersion, name);
  if (kind === undefined) throw new Error(`no built-in kind: ${name}`);
  return builtInCodec(kind.definition);
}

/** Every value in an object that is no object or list with something in it, by its path. */
export function leaves(value: Json, path = ""): [path: string, value: Json][] {
  if (Array.isArray(value) && value.length > 0)
    return value.flatMap((item, index) => leaves(item, `${path}/${index}`));
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, item]) => leaves(item, `${path}/${key}`));
  return [[path, value]];
}
