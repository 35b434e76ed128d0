/**
 * What a client accepts: the `Accept` header, and the answer that suits it best.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/negotiation/negotiate.go, github.com/munnerz/goautoneg.
 */

/** A kind to convert the answer into: `;as=Table;g=meta.k8s.io;v=v1`. */
export interface Target {
  kind: string;
  group: string;
  version: string;
}

export interface Accepted {
  form: "json" | "yaml";
  /** Undefined where the object itself is wanted. */
  target: Target | undefined;
}

export interface Clause {
  type: string;
  subtype: string;
  quality: number;
  parameters: ReadonlyMap<string, string>;
}

/** The clauses of an `Accept` header, best first. What is no media type is left out. */
export function parseAccept(header: string): readonly Clause[] {
  return header
    .split(",")
    .flatMap(parseClause)
    .sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b));
}

function wildcards({ type, subtype }: Clause): number {
  return type === "*" ? 2 : subtype === "*" ? 1 : 0;
}

function parseClause(text: string): Clause[] {
  const [range = "", ...rest] = text.split(";");
  const [type = "", subtype, ...more] = range.split("/").map((part) => part.trim());
  if (more.length > 0 || (!subtype && type !== "*")) return [];
  const parameters = new Map<string, string>();
  for (const pair of rest) {
    const [key = "", value, ...others] = pair.split("=");
    if (value && others.length === 0) parameters.set(key.trim(), value.trim());
  }
  const quality = Number(parameters.get("q") ?? 1) || 0;
  parameters.delete("q");
  return [{ type, subtype: subtype ?? "*", quality, parameters }];
}

const forms = [
  { subtype: "json", form: "json" },
  { subtype: "yaml", form: "yaml" },
] as const;

/**
 * The best of what the client accepts and the sandbox can answer with, JSON or YAML: undefined for a 406. `allows`
 * tells which conversions there are here. No header, or an empty one, accepts JSON.
 */
export function negotiate(
  header: string | undefined,
  allows: (target: Target) => boolean = () => false,
): Accepted | undefined {
  if (header === undefined || header === "") return { form: "json", target: undefined };
  for (const { type, subtype, parameters } of parseAccept(header)) {
    const target = targetOf(parameters);
    const stream = parameters.get("stream") ?? "watch";
    if (stream !== "watch" || parameters.has("sv") || (target !== undefined && !allows(target))) continue;
    const found = forms.find(
      (offer) => (type === "application" || type === "*") && (subtype === offer.subtype || subtype === "*"),
    );
    if (found !== undefined) return { form: found.form, target };
  }
  return undefined;
}

function targetOf(parameters: ReadonlyMap<string, string>): Target | undefined {
  const [kind, group, version] = ["as", "g", "v"].map((name) => parameters.get(name));
  if (kind === undefined && group === undefined && version === undefined) return undefined;
  return { kind: kind ?? "", group: group ?? "", version: version ?? "" };
}

/** The words of a 406. */
export const acceptedTypes =
  "only the following media types are accepted: application/json, application/yaml";

const metaVersions = ["v1", "v1beta1"];

/** What can be asked of a resource: the objects, a table of them, or their metadata alone. */
export type View =
  | { is: "object" }
  | { is: "table"; version: "v1" | "v1beta1" }
  | { is: "metadata"; of: "object" | "list"; version: "v1" | "v1beta1" };

/**
 * How a request for a resource wants its answer: undefined where nothing it accepts can be given (406).
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/response.go (`targetEncodingForTransform`), rest.go
 * (`AllowsMediaTypeTransform`).
 */
export function negotiateView(header: string | undefined): { view: View; form: "json" | "yaml" } | undefined {
  const accepted = negotiate(
    header,
    ({ kind, group, version }) =>
      group === "meta.k8s.io" &&
      metaVersions.includes(version) &&
      ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"].includes(kind),
  );
  if (accepted === undefined) return undefined;
  return { view: viewOf(accepted.target), form: accepted.form };
}

function viewOf(target: Target | undefined): View {
  if (target === undefined) return { is: "object" };
  const version = target.version === "v1" ? "v1" : "v1beta1";
  if (target.kind === "Table") return { is: "table", version };
  return { is: "metadata", of: target.kind.endsWith("List") ? "list" : "object", version };
}
