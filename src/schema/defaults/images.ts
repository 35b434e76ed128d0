/**
 * Names of images, as far as the default of `imagePullPolicy` needs them.
 *
 * Source: kubernetes pkg/util/parsers/parsers.go; the grammar of github.com/distribution/reference.
 */
import type { Json } from "../../json.js";

const part = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^(?:${domain}/)?${part}(?:/${part})*(?::([\\w][\\w.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);
const bareDigest = /^[a-f0-9]{64}$/;

const known = new Map<string, string>();

/** `Always` for the tag `latest`, given or meant; `IfNotPresent` for every other image, and for what is none. */
export function pullPolicyOf(image: Json | undefined): string {
  const name = typeof image === "string" ? image : "";
  let policy = known.get(name);
  if (policy === undefined) {
    policy = tagOf(name) === "latest" ? "Always" : "IfNotPresent";
    if (known.size > 1000) known.clear();
    known.set(name, policy);
  }
  return policy;
}

function tagOf(name: string): string {
  const found = reference.exec(name);
  if (found === null || bareDigest.test(name)) return "";
  const [, tag, digest] = found;
  return tag ?? (digest === undefined ? "latest" : "");
}
