/** What a service account needs, as YAML. */

/** A service account that may do what these rules say, and nothing else: with its Role and RoleBinding, all of one name. */
export function accountWith(name: string, rules: readonly string[]): string {
  return `
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name} }
---
${roleOf(name, rules)}`;
}

/** The Role and RoleBinding alone, for a service account that is there. */
export function roleOf(name: string, rules: readonly string[]): string {
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${name} }
rules:
${rules.map((rule) => `  - { ${rule} }`).join("\n")}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name} }
subjects: [{ kind: ServiceAccount, name: ${name} }]
`;
}

/** A rule for some verbs on some objects: those named, or all of the kind. */
export function rule(group: string, resource: string, verbs: string, names?: readonly string[]): string {
  const only = names === undefined ? "" : `resourceNames: [${names.join(", ")}], `;
  return `apiGroups: ["${group}"], resources: [${resource}], ${only}verbs: [${verbs}]`;
}
