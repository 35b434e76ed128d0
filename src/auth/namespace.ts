/** The namespace of what names none. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultServiceAccountDir, type AuthEnvironment, type AuthFlags } from "./environment.js";
import { misused, unusable } from "./failures.js";

/**
 * The namespace and where it comes from: `-n`; the context's; POD_NAMESPACE; the service account's file; `default`.
 * Source: client-go, tools/clientcmd (client_config.go `Namespace`, merged_client_builder.go).
 * Throws `usage` or `credentials` for one that is no namespace's name.
 */
export async function chooseNamespace(
  flags: AuthFlags,
  context: { namespace: string | undefined; from: string } | undefined,
  environment: AuthEnvironment,
): Promise<{ namespace: string; namespaceFrom: string }> {
  if (flags.namespace !== undefined) {
    if (!isLabel(flags.namespace)) throw misused(notNamespace("--namespace", flags.namespace), rule);
    return { namespace: flags.namespace, namespaceFrom: "-n" };
  }
  const given = [
    { namespace: context?.namespace, namespaceFrom: context?.from ?? "" },
    { namespace: environment.env["POD_NAMESPACE"]?.trim(), namespaceFrom: "POD_NAMESPACE" },
  ];
  for (const { namespace, namespaceFrom } of given) {
    if (namespace === undefined || namespace === "") continue;
    return { namespace: checkLabel(namespace, namespaceFrom), namespaceFrom };
  }
  const path = join(environment.serviceAccountDir ?? defaultServiceAccountDir, "namespace");
  const namespace = (await readFile(path, "utf8").catch(() => "")).trim();
  if (namespace !== "") return { namespace: checkLabel(namespace, path), namespaceFrom: path };
  return { namespace: "default", namespaceFrom: "default" };
}

const rule = "a namespace has lower-case letters, digits and -, at most 63 of them";

// RFC 1123 label (apimachinery: util/validation `IsDNS1123Label`).
function isLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

function checkLabel(name: string, from: string): string {
  if (!isLabel(name)) throw unusable(notNamespace(`the namespace in ${from}`, name), rule);
  return name;
}

const notNamespace = (what: string, name: string) =>
  `${what} is not the name of a namespace: ${JSON.stringify(name)}`;
