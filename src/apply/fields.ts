/** The server's names of fields, found again in the object that was sent. */
import { getKey, getPath, isObject, stringifyJson } from "../json.js";
import type { Json } from "../json.js";
import type { KubeObject, Path } from "../model.js";

/**
 * Follows a field as the server writes it, as far as the object has it. Two notations exist: that of validation
 * (`spec.containers[0].image`, `data[a.key]`: apimachinery, pkg/util/validation/field) and that of field managers
 * (`.spec.containers[name="web"].image`, `.spec.finalizers["a"]`: structured-merge-diff, fieldpath/element.go). Both
 * write keys unquoted after a dot, dots within them included: the longest key that the object has is meant.
 */
export function locateField(field: string, object: KubeObject): Path {
  const steps: (string | number)[] = [];
  let at: Json = object;
  let rest = field;
  while (rest !== "") {
    const found: Found | undefined = rest.startsWith("[")
      ? bracketStep(rest, at)
      : dotStep(rest.replace(/^\./, ""), at);
    if (found === undefined) break;
    steps.push(found.step);
    at = found.value;
    rest = found.rest;
  }
  return steps;
}

interface Found {
  step: string | number;
  value: Json;
  rest: string;
}

function dotStep(rest: string, at: Json): Found | undefined {
  if (!isObject(at)) return undefined;
  const keys = Object.keys(at).filter(
    (key) => rest.startsWith(key) && /^($|[.[:])/.test(rest.slice(key.length)),
  );
  const step = keys.sort((a, b) => b.length - a.length)[0];
  return step === undefined ? undefined : { step, value: at[step] as Json, rest: rest.slice(step.length) };
}

function bracketStep(rest: string, at: Json): Found | undefined {
  const inner = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/.exec(rest);
  if (inner === null) return undefined;
  const [whole, content = ""] = inner;
  const after = rest.slice(whole.length);
  const step = isObject(at) ? unquoted(content) : Array.isArray(at) ? itemIndex(content, at) : undefined;
  if (step === undefined) return undefined;
  const value = getPath(at, [step]);
  return value === undefined ? undefined : { step, value, rest: after };
}

function unquoted(content: string): string {
  return content.replace(/^"(.*)"$/, "$1");
}

/** `0`; `name="web",protocol="TCP"` (a key that the item leaves to its default matches); `"value"` of a set. */
function itemIndex(content: string, items: readonly Json[]): number | undefined {
  if (/^\d+$/.test(content) && Number(content) < items.length) return Number(content);
  const keys = [...content.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|[^,]*)/g)];
  const matches = (item: Json): boolean => {
    if (keys.length === 0) return stringifyJson(item) === content;
    const present = keys.filter(([, key = ""]) => getKey(item, key) !== undefined);
    return (
      present.length > 0 && present.every(([, key = "", value]) => stringifyJson(getKey(item, key)) === value)
    );
  };
  const index = items.findIndex(matches);
  return index === -1 ? undefined : index;
}
