/** Objects as documents: `--dry-run=client -o json|yaml`, `get`. */
import { isObject, setKey, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { emitYaml } from "../yaml/index.js";
import { isUnsafe } from "./escape.js";
import { jsonText } from "./json.js";
import { createSecrets } from "./secrets.js";

/**
 * One object as it is, several (or none) as a `List`, with a newline at the end.
 *
 * Values of Secrets are masked unless `showSecrets`: what was masked is no base64, so a server refuses it rather than
 * storing the mask. YAML that could not be printed safely (control or bidi characters) comes as JSON, which is YAML.
 */
export function renderObjects(
  objects: readonly KubeObject[],
  output: "json" | "yaml",
  showSecrets = false,
): string {
  const secrets = createSecrets(showSecrets);
  for (const object of objects) secrets.learn(object);
  const masked = objects.map(secrets.object);
  const [only] = masked;
  const document: KubeObject =
    masked.length === 1 && only !== undefined ? only : { apiVersion: "v1", kind: "List", items: masked };
  return renderDocument(document, output);
}

/** Any document as JSON or YAML, safe to print. */
export function renderDocument(document: object, output: "json" | "yaml"): string {
  if (output === "json") return jsonText(document);
  const text = emitYaml(withoutUndefined(document));
  return isUnsafe(text) ? jsonText(document) : text.endsWith("\n") ? text : `${text}\n`;
}

function withoutUndefined(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isObject(value)) return value as Json;
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries<Json | undefined>(value)) {
    if (item !== undefined) setKey(kept, key, withoutUndefined(item));
  }
  return kept;
}
