/** A 403 by authorization, in words for whoever can grant what is missing. */
import type { Connection, FailureCause, ServerStatus } from "../model.js";
import type { Request, Sends } from "./types.js";

export interface Wording {
  message: string;
  hint?: string | undefined;
  causes?: FailureCause[] | undefined;
}

/** What was asked, of whom, by a run that sends no more than that. */
export interface Asked {
  request: Request;
  connection: Connection;
  sends: Sends;
}

const denied =
  /User "(.*?)" cannot (\S+) (?:resource "(.*?)" in API group "(.*?)"|path "(.*?)")(?: in the namespace "(.*?)"| at the cluster scope)?/s;

/** 403 by authorization, with the permission that is missing. */
export function forbidden(status: ServerStatus, { request, connection, sends }: Asked): Wording {
  const [, user = "", verb = "", resource = "", group = "", path, namespace] =
    denied.exec(status.message) ?? [];
  const where = namespace === undefined ? "at the cluster scope" : `in namespace ${namespace}`;
  const object = status.name === undefined ? "" : ` "${status.name}"`;
  const what =
    path === undefined ? `${resource}${group && `.${group}`}${object} ${where}` : `the path ${path}`;
  return { message: `user "${user}" may not ${verb} ${what}`, hint: permissionHint() };

  function permissionHint(): string {
    if (user === "system:anonymous")
      return `the server took the request as anonymous, so it did not accept or did not get the credentials of ${connection.foundBy}`;
    if (verb.startsWith("impersonate")) return "impersonating (--as) needs the verb impersonate";
    if (path !== undefined) return `a ClusterRole must allow the verb ${verb} on this nonResourceURL`;
    const role = namespace === undefined ? "ClusterRole" : `Role in namespace ${namespace}`;
    const also =
      sends === "writes" && request.isAside !== true
        ? alsoNeeded(`${resource}.${group}`, verb, status.name)
        : "";
    return `a ${role} bound to this user must allow the verb ${verb} on ${resource} in API group "${group}"${also}`;
  }
}

/** The other verbs that a run of that kind takes: whoever grants one after the other starts it as many times. */
function alsoNeeded(kind: string, verb: string, name: string | undefined): string {
  if (kind === "leases.coordination.k8s.io" && name?.startsWith("kapply-") === true)
    return "; a lock takes get, create and update on this one Lease";
  return ["get", "create", "patch"].includes(verb) ? "; apply takes get, create and patch" : "";
}
