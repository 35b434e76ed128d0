/** A kind that nobody knows, and what was likely meant. */
import { parseApiVersion } from "../group-version.js";
import type { Manifest, Problem } from "../model.js";
import { bundledKinds, bundledVersion } from "./bundled.js";
import type { CustomType } from "./crds.js";
import { problemAt } from "./explain.js";
import { nearest } from "../words.js";

/** The problem of an object whose kind no schema describes. */
export function unknownKind(manifest: Manifest, custom: readonly CustomType[], connected: boolean): Problem {
  const { apiVersion, kind } = manifest.ref;
  const who = connected
    ? "the server serves no"
    : `neither Kubernetes ${bundledVersion} nor a CRD in the set has a`;
  const message = `${who} ${kind} in ${apiVersion}`;
  const known: [string, string][] = [
    ...bundledKinds(),
    ...custom
      .filter(({ served }) => served)
      .map(({ type }): [string, string] => [`${type.group}/${type.version}`, type.kind]),
  ];
  const { path, hint } = likely(apiVersion, kind, known) ?? {
    path: "kind",
    hint: connected
      ? "install its CRD first, or add the CRD to the set"
      : "add its CRD to the set, or use kapply diff, which asks the server",
  };
  return problemAt(manifest, [path], "unknown-kind", message, hint);
}

interface Likely {
  path: "apiVersion" | "kind";
  hint: string;
}

function likely(apiVersion: string, kind: string, known: [string, string][]): Likely | undefined {
  const kindsHere = known.filter(([version]) => version === apiVersion).map(([, name]) => name);
  const sameKind = known.filter(([, name]) => name === kind).map(([version]) => version);
  if (sameKind.length > 0) {
    // The same group in another version first.
    const group = parseApiVersion(apiVersion).group;
    const best = sameKind.find((version) => parseApiVersion(version).group === group) ?? sameKind[0] ?? "";
    // A custom group may well have a kind of a built-in's name.
    const builtInGroup = /^(v\d\w*|[a-z]+\/.*|[^/]*\.k8s\.io\/.*)$/.test(apiVersion);
    if (builtInGroup || nearest(apiVersion, [best]) !== undefined)
      return { path: "apiVersion", hint: `did you mean "apiVersion: ${best}"?` };
    return undefined;
  }
  const near = nearest(kind, kindsHere);
  if (near !== undefined) return { path: "kind", hint: `did you mean "kind: ${near}"?` };
  const elsewhere = known.find(([, name]) => name.toLowerCase() === kind.toLowerCase());
  if (elsewhere === undefined) return undefined;
  return { path: "kind", hint: `did you mean "kind: ${elsewhere[1]}" of "apiVersion: ${elsewhere[0]}"?` };
}
