/**
 * Names as the API server checks them: apimachinery pkg/util/validation and pkg/api/validate/content, and which
 * of them holds for which kind (the registries and validation packages of kubernetes/kubernetes).
 */
const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const labelOnly = new RegExp(`^${label}$`);
const subdomainOnly = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Why a text is no RFC 1123 label; undefined when it is one. */
export function labelFault(text: string): string | undefined {
  if (text.length > 63) return `must have at most 63 characters, and has ${text.length}`;
  if (labelOnly.test(text)) return undefined;
  if (subdomainOnly.test(text)) return "must not contain dots";
  return "must consist of lower case letters, digits and '-', and start and end with a letter or digit";
}

/** Why a text is no RFC 1123 subdomain. */
export function subdomainFault(text: string): string | undefined {
  if (text.length > 253) return `must have at most 253 characters, and has ${text.length}`;
  if (subdomainOnly.test(text)) return undefined;
  return "must consist of lower case letters, digits, '-' and '.', and each part between dots must start and end with a letter or digit";
}

/** Why a text can be no segment of a URL path. */
export function segmentFault(text: string): string | undefined {
  if (text === "." || text === "..") return `must not be "${text}"`;
  if (text.includes("/")) return "must not contain '/'";
  if (text.includes("%")) return "must not contain '%'";
  return undefined;
}

const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Why a text is no key of a label or annotation (`app.kubernetes.io/name`). */
export function keyFault(key: string): string | undefined {
  const parts = key.split("/");
  if (parts.length > 2) return "may have one '/' only, between a domain and a name";
  const [name = "", prefix] = parts.reverse();
  if (prefix === "") return "must have a domain before the '/'";
  const fault = prefix === undefined ? undefined : subdomainFault(prefix);
  if (fault !== undefined) return `the part before the '/' ${fault}`;
  if (name === "") return "must have a name";
  if (name.length > 63) return `the name must have at most 63 characters, and has ${name.length}`;
  if (qualifiedName.test(name)) return undefined;
  return "the name must consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit";
}

/** Why a text is no value of a label. */
export function labelValueFault(value: string): string | undefined {
  if (value.length > 63) return `must have at most 63 characters, and has ${value.length}`;
  if (value === "" || qualifiedName.test(value)) return undefined;
  return "must be empty, or consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit";
}

/** Why a text is no key of a ConfigMap's or Secret's data. */
export function dataKeyFault(key: string): string | undefined {
  if (key.length > 253) return `must have at most 253 characters, and has ${key.length}`;
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return "must consist of letters, digits, '-', '_' and '.'";
  if (key === "." || key.startsWith("..")) return "must not be '.' or start with '..'";
  return undefined;
}

type Rule = (name: string) => string | undefined;

const cronJob: Rule = (name) =>
  subdomainFault(name) ??
  (name.length > 52 ? `must have at most 52 characters, and has ${name.length}` : undefined);

const labels: Rule = labelFault;
const segments: Rule = segmentFault;

/** Kinds whose names are no subdomains, by `group/kind`. */
const rules = new Map<string, Rule>([
  ["/Namespace", labels],
  // RFC 1035 before 1.36 (RelaxedServiceNameValidation); an older server has the last word.
  ["/Service", labels],
  ["apps/StatefulSet", labels],
  ["batch/CronJob", cronJob],
  ["rbac.authorization.k8s.io/Role", segments],
  ["rbac.authorization.k8s.io/RoleBinding", segments],
  ["rbac.authorization.k8s.io/ClusterRole", segments],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", segments],
  ["certificates.k8s.io/CertificateSigningRequest", segments],
  ["certificates.k8s.io/ClusterTrustBundle", segments],
  ["apiregistration.k8s.io/APIService", segments],
  ["networking.k8s.io/IPAddress", segments],
]);

/** Why a name is none for that kind; undefined when it is fine. */
export function nameFault(group: string, kind: string, name: string): string | undefined {
  return (rules.get(`${group}/${kind}`) ?? subdomainFault)(name);
}
