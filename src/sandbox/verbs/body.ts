/** Request bodies to objects: JSON, YAML and protobuf. */
import { apiVersionOf, parseApiVersion } from "../../group-version.js";
import { isObject, parseJson, type Json, type JsonObject } from "../../json.js";
import { readYaml } from "../../yaml/index.js";
import { askOf } from "../address.js";
import { duplicateFields } from "./duplicates.js";
import type { HttpCall } from "../model.js";
import { ProtobufError, readProtobuf } from "../protobuf/index.js";
import { badRequest, unsupportedMediaType } from "../status.js";

/** An object that was sent, and what strict reading has against its text: `duplicate field "data.a"`. */
export interface Body {
  value: JsonObject;
  duplicates: string[];
}

const accepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

/** The media type of a body, without parameters. JSON where the request names none, as curl's `-d` may not. */
export function mediaType(call: HttpCall): string {
  return (call.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/**
 * Reads the object of a create or an update.
 *
 * Messages: k8s.io/apiserver pkg/endpoints/handlers/rest.go (`transformDecodeError`).
 * @throws StatusError 415 for other media types, 400 for what is no object.
 */
export async function readObject(call: HttpCall, kind: string): Promise<Body> {
  const read = await bodyOf(call, kind);
  if ("value" in read) return read;
  const { why, type } = read;
  if (type === undefined)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(call.body)})`,
    );
  const { version } = parseApiVersion(type.apiVersion);
  throw badRequest(`${type.kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

/**
 * Reads the options of a delete: a body is not needed.
 * @throws StatusError 415, 400.
 */
export async function readOptions(call: HttpCall): Promise<JsonObject> {
  if (call.body.length === 0) return {};
  const read = await bodyOf(call, "DeleteOptions");
  if (!("value" in read)) throw badRequest(read.why);
  const { apiVersion = "", kind = "DeleteOptions" } = read.value;
  if (kind !== "DeleteOptions")
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  return read.value;
}

/** A body that can't be read, and of what it is if it could be seen. */
interface Unreadable {
  why: string;
  type?: { apiVersion: string; kind: string } | undefined;
}

async function bodyOf(call: HttpCall, kind: string): Promise<Body | Unreadable> {
  switch (mediaType(call)) {
    case "application/vnd.kubernetes.protobuf":
      return protobufBody(call, kind);
    case "application/yaml": {
      const read = await yamlValue(textOf(call));
      return read instanceof Error ? { why: read.message } : objectBody(read);
    }
    case "application/json":
    case "": {
      const read = jsonValue(textOf(call));
      return read instanceof Error ? notTyped(read.message) : objectBody(read);
    }
    default:
      throw unsupportedMediaType(
        `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
      );
  }
}

const notTyped = (why: string): Unreadable => ({ why: `couldn't get version/kind; ${why}` });

/** Nothing, as `null` or an empty YAML document, is an object with nothing in it. */
function objectBody({ value, duplicates }: Value): Body | Unreadable {
  const object = value ?? {};
  return isObject(object) ? { value: object, duplicates } : notTyped("json parse error: not an object");
}

function protobufBody(call: HttpCall, kind: string): Body | Unreadable {
  const ask = askOf(call);
  const apiVersion = ask.is === "resource" ? apiVersionOf(ask) : "v1";
  try {
    return { value: readProtobuf(call.body, { apiVersion, kind }).value, duplicates: [] };
  } catch (error) {
    if (error instanceof ProtobufError) return { why: error.message, type: error.type };
    throw error;
  }
}

/** The beginning of a body, as messages show it. */
function summary(body: Uint8Array): string {
  const start = Buffer.from(body.subarray(0, 30));
  const shown = start.toString(start[0] === 0x7b ? "utf8" : "hex");
  return body.length === 0 ? "<empty>" : body.length > 30 ? `${shown} ...` : shown;
}

/**
 * Reads the manifest of an apply patch: YAML, and so JSON.
 * @throws StatusError 400.
 */
export async function readManifest(call: HttpCall): Promise<Body> {
  const text = textOf(call);
  const quick = text.trimStart().startsWith("{") ? jsonValue(text) : undefined;
  const read = quick === undefined || quick instanceof Error ? await yamlValue(text) : quick;
  if (read instanceof Error) throw badRequest(`error decoding YAML: ${read.message}`);
  if (read.value === null) return { value: {}, duplicates: [] };
  if (!isObject(read.value)) {
    const what = Array.isArray(read.value) ? "array" : typeof read.value;
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${what} into Go value of type map[string]interface {}`,
    );
  }
  if (read.duplicates.length > 0)
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${read.duplicates.join(", ")}`);
  return { value: read.value, duplicates: [] };
}

/**
 * Reads a JSON or merge patch.
 * @throws StatusError 400.
 */
export function readPatch(call: HttpCall): Json {
  const read = jsonValue(textOf(call));
  if (read instanceof Error) throw badRequest(`error decoding patch: ${read.message}`);
  return read.value;
}

interface Value {
  value: Json;
  duplicates: string[];
}

function textOf(call: HttpCall): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(call.body);
  } catch {
    throw badRequest("the body of the request is not valid UTF-8");
  }
}

/** JSON as Go reads it: of two fields of one name the last counts, and strict reading says so. */
function jsonValue(text: string): Value | Error {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    return new Error(`json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
  // A text within a string may look like a field: then the count is too high, and the search finds nothing.
  const mayHaveDoubles = (text.match(/"\s*:/g) ?? []).length > fieldCount(value);
  return { value, duplicates: mayHaveDoubles ? duplicateFields(text) : [] };
}

/** Looking for doubles costs as much as reading, and hardly any text has them: fields are counted before. */
function fieldCount(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + fieldCount(item), 0);
  if (!isObject(value)) return 0;
  let count = 0;
  for (const key of Object.keys(value)) count += 1 + fieldCount(value[key] ?? null);
  return count;
}

async function yamlValue(text: string): Promise<Value | Error> {
  const { documents, problems } = await readYaml(text, "");
  const [problem] = problems;
  if (problem !== undefined)
    return new Error(`error converting YAML to JSON: yaml: line ${problem.place.line}: ${problem.message}`);
  return { value: documents[0]?.value ?? null, duplicates: [] };
}
