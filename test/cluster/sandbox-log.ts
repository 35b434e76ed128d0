/** The log of the sandbox, read as if it were an API server's audit log. */
import type { AuditEvent } from "./audit.js";

/** A line of `kapply sandbox --log=json` that is about a request: what is read of it. */
export interface SandboxLine {
  time: string;
  method: string;
  /** With its query. */
  path: string;
  /** Of requests for resources alone. */
  verb?: string;
  user: string;
  status: number;
}

/** A line as an audit event. The user is the one that the request was answered for, impersonated or not. */
export function eventOf(line: SandboxLine, at: number): AuditEvent {
  const { time, method, path, verb = method.toLowerCase(), user, status } = line;
  const objectRef = objectRefOf(path.replace(/\?.*/s, ""));
  return {
    auditID: String(at),
    stage: "ResponseComplete",
    verb,
    requestURI: path,
    user: { username: user },
    ...(objectRef === undefined ? {} : { objectRef }),
    responseStatus: { code: status },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
  };
}

// /api/VERSION/... or /apis/GROUP/VERSION/..., then [namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]].
function objectRefOf(path: string): AuditEvent["objectRef"] {
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(.+)$/.exec(path);
  if (match === null) return undefined;
  const [, apiGroup = "", apiVersion = "", rest = ""] = match;
  const words = rest.split("/").map(decodeURIComponent);
  const within = words[0] === "namespaces" && words.length > 2 ? words.splice(0, 2)[1] : undefined;
  const [resource = "", name, subresource] = words;
  const namespace = resource === "namespaces" ? name : within;
  return {
    resource,
    apiGroup,
    apiVersion,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}
