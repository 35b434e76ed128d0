/** The standard tags (`!!str`, `!!int`, ...) on scalars, with goyaml's meaning. */
import { fits, resolvePlain, type Scalar } from "./scalars.js";

const prefix = "tag:yaml.org,2002:";

/** The value of a tagged scalar, or what is wrong with it. */
export type Tagged = { value: Scalar } | { message: string; hint: string };

/** Resolves a scalar that carries a tag, whatever its style: `!!int "1"` is 1. */
export function resolveTagged(tag: string, text: string): Tagged {
  if (tag === "!") return { value: text };
  if (!tag.startsWith(prefix)) return unknownTag();
  const name = tag.slice(prefix.length);
  switch (name) {
    case "str":
      return { value: text };
    case "binary":
      return decode(text);
    case "int":
      return as(name, text, isInteger);
    case "float":
      return as(name, text, (value) => typeof value === "number" || typeof value === "bigint");
    case "bool":
      return as(name, text, (value) => typeof value === "boolean");
    case "null":
      return as(name, text, (value) => value === null);
    case "timestamp":
      return isDate(text) ? { value: text } : mismatch(name);
    default:
      return unknownTag();
  }
}

function as(
  name: string,
  text: string,
  accepts: (value: Scalar | undefined, text: string) => boolean,
): Tagged {
  const value = resolvePlain(text);
  return value !== undefined && accepts(value, text) ? { value } : mismatch(name);
}

/** Integers by their writing: `1.0` is a float even though its value is whole. */
function isInteger(value: Scalar | undefined, text: string): boolean {
  if (typeof value === "bigint") return fits(value);
  return (
    typeof value === "number" &&
    Number.isInteger(value) &&
    !/[.eE]/.test(hexless(text)) &&
    !/^[-+]?0[0-9_]*[89]/.test(text)
  );
}

function hexless(text: string): string {
  return /^[-+]?0[xX]/.test(text) ? "" : text;
}

function mismatch(name: string): Tagged {
  return { message: `the tag !!${name} on what is none`, hint: "remove the tag, or correct the value" };
}

/** The tag is not repeated: it may be a secret that starts with an exclamation mark. */
function unknownTag(): Tagged {
  return {
    message: "a tag (what starts with an exclamation mark) that Kubernetes has no meaning for",
    hint: "remove the tag; quote the value if the exclamation mark belongs to it",
  };
}

const date =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?$/;

function isDate(text: string): boolean {
  return date.test(text);
}

/** `!!binary` is base64 of text. Bytes that are no UTF-8 have no place in JSON. */
function decode(text: string): Tagged {
  const base64 = text.replace(/[\r\n]/g, "");
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64);
  if (!valid)
    return { message: "the tag !!binary on what is not base64", hint: "encode it again, with padding" };
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return { value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return {
      message: "the tag !!binary on bytes that are not UTF-8 text, which JSON can't hold",
      hint: "in a ConfigMap, put the base64 text under binaryData without a tag",
    };
  }
}
