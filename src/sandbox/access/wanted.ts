/**
 * Whom a request wants to act as: its `Impersonate-*` headers.
 *
 * Source: apiserver pkg/endpoints/filters/impersonation/constrained_impersonation.go (`processImpersonationHeaders`),
 * mode.go (what is a node, a service account, a good key).
 */
import { badRequest } from "../status.js";
import { quote } from "./words.js";

export interface Wanted {
  name: string;
  /** "" where none is named. */
  uid: string;
  groups: readonly string[];
  extra: ReadonlyMap<string, readonly string[]>;
}

/** Undefined where no header asks. Throws the 400 for headers that name no user. Repeated ones come joined by `, `. */
export function wantedUser(headers: Readonly<Record<string, string | undefined>>): Wanted | undefined {
  const split = (value: string | undefined): string[] => value?.split(", ") ?? [];
  const prefix = "impersonate-extra-";
  const extra = new Map<string, string[]>();
  for (const header of Object.keys(headers).sort()) {
    if (!header.startsWith(prefix)) continue;
    const key = unescaped(header.slice(prefix.length));
    extra.set(key, [...(extra.get(key) ?? []), ...split(headers[header])]);
  }
  const wanted: Wanted = {
    name: headers["impersonate-user"] ?? "",
    uid: headers["impersonate-uid"] ?? "",
    groups: split(headers["impersonate-group"]),
    extra,
  };
  if (wanted.name !== "") return wanted;
  if (isNameOnly(wanted)) return undefined;
  throw badRequest(`requested ${goSyntax(wanted)} without impersonating a user name`);
}

export function isNameOnly({ uid, groups, extra }: Wanted): boolean {
  return uid === "" && groups.length === 0 && extra.size === 0;
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** The user as Go's `%#v` writes it. */
function goSyntax({ name, uid, groups, extra }: Wanted): string {
  const list = (items: readonly string[]): string => `[]string{${items.map(quote).join(", ")}}`;
  const entries = [...extra].map(([key, values]) => `${quote(key)}:${list(values)}`);
  return (
    `&user.DefaultInfo{Name:${quote(name)}, UID:${quote(uid)}, ` +
    `Groups:${groups.length === 0 ? "[]string(nil)" : list(groups)}, ` +
    `Extra:map[string][]string${entries.length === 0 ? "(nil)" : `{${entries.join(", ")}}`}}`
  );
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The node that a user name is that of. */
export function nodeOf(username: string): string | undefined {
  const prefix = "system:node:";
  const name = username.slice(prefix.length);
  return username.startsWith(prefix) && subdomain.test(name) ? name : undefined;
}

/** The service account that a user name is that of. */
export function accountOf(username: string): { namespace: string; name: string } | undefined {
  const [system, kind, namespace = "", name = "", ...rest] = username.split(":");
  if (system !== "system" || kind !== "serviceaccount" || rest.length > 0) return undefined;
  return label.test(namespace) && subdomain.test(name) ? { namespace, name } : undefined;
}

/** Why constrained modes take no such extra, or undefined when they do. */
export function extraProblem(key: string, values: readonly string[]): string | undefined {
  if (key === "") return "impersonating the empty string key in extra is not allowed";
  const problem = keyProblem(key);
  if (problem !== undefined)
    return `impersonating an invalid key in extra is not allowed: extra.key: Invalid value: ${problem}`;
  return values.includes("") ? "impersonating the empty string value in extra is not allowed" : undefined;
}

/** apimachinery pkg/util/validation `IsDomainPrefixedPath`. */
function keyProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  const [domain, path] = [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
  if (domain === "" || path === "")
    return `${quote(key)}: must be a domain-prefixed path (such as "acme.io/foo")`;
  if (!subdomain.test(domain))
    return (
      `${quote(domain)}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or ` +
      `'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is ` +
      `'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
    );
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path))
    return `${quote(path)}: Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')`;
  return undefined;
}
