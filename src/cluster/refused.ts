/** What each kind of no says to the user: message, causes and way out. */
import type { ErrorCode } from "../errors.js";
import type { Connection, FailureCause, ServerStatus } from "../model.js";
import { serverName } from "./naming.js";
import { forbidden } from "./permissions.js";
import type { Asked, Wording } from "./permissions.js";
import { rules } from "./refusals.js";
import type { RefusalKind } from "./refusals.js";
import type { Refused } from "./status.js";

/** An error in parts: what it says goes after what the request is about. */
export interface Description {
  code: ErrorCode;
  message: string;
  hint?: string | undefined;
  causes?: FailureCause[] | undefined;
  status?: ServerStatus | undefined;
}

/** Describes a refusal. Messages do not begin with what the request is about: the caller puts that before them. */
export function refusalError(kind: RefusalKind, refused: Refused, asked: Asked): Description {
  const { status } = refused;
  return { code: rules[kind].code, status, ...wording(kind, refused, asked) };
}

function wording(kind: RefusalKind, refused: Refused, asked: Asked): Wording {
  const { request, connection } = asked;
  const { status } = refused;
  const server = serverName(connection);
  switch (kind) {
    case "redirect":
      return {
        message: `${server} answered ${status.code}, a redirect to ${refused.location ?? "nowhere"}: kapply never follows one, so that credentials stay where they belong`,
        hint: "check the server's address; a login page before it often answers so",
      };
    case "http-to-https":
      return { message: `${server} expects TLS`, hint: "use https:// in the server's address" };
    case "unauthenticated":
      return {
        message: `${server} does not accept the credentials of ${connection.foundBy} (401 Unauthorized)`,
        hint: "log in again, or renew the token; `kapply whoami` shows what is used",
      };
    case "forbidden":
      return forbidden(status, asked);
    case "kubectl-proxy":
      return kubectlProxy(refused, server, connection);
    case "service-account-missing":
      return {
        ...plain(refused, server),
        hint: "the service account of a new namespace is made by a controller: apply it with the Pod, or try again",
      };
    case "quota":
      return { ...plain(refused, server), hint: "ask for less, free some, or raise the quota" };
    case "pod-security":
      return {
        ...plain(refused, server),
        hint: "change the Pod's securityContext, or the namespace's pod-security.kubernetes.io labels",
      };
    case "namespace-terminating":
      return { ...plain(refused, server), hint: "wait until the namespace is gone, then apply again" };
    case "namespace-missing":
      return {
        message: `the namespace "${status.name ?? ""}" does not exist`,
        hint: "create it, or add it to the manifests",
      };
    case "type-missing":
      return {
        message: `the server does not serve this kind in this version (404 for ${withoutQuery(request.path)})`,
        hint: "install the CustomResourceDefinition or API that brings it, or correct the apiVersion",
      };
    case "field-conflict":
      return fieldConflict(status);
    case "malformed":
      return malformed(status.message);
    case "invalid":
      return invalid(refused, server);
    case "stale":
      return {
        ...plain(refused, server),
        ...(request.pinned
          ? { hint: "the manifest names a resourceVersion: remove it, unless it is meant to pin the object" }
          : {}),
      };
    case "uid-mismatch":
      return { ...plain(refused, server), hint: "remove metadata.uid from the manifest" };
    case "too-large":
      return { ...plain(refused, server), hint: "split the object: a server takes about 1.5 MiB for one" };
    case "foreign-403":
      return {
        ...plain(refused, server),
        hint: "this is not how Kubernetes answers: something before the server refused it",
      };
    case "foreign-404":
      return {
        ...plain(refused, server),
        hint: "this is not how Kubernetes answers: check the server's address, path prefix included",
      };
    case "dry-run-unsupported":
      return {
        ...plain(refused, server),
        hint: "what an apply would do can't be told here without doing it",
      };
    case "escalation":
      return {
        ...plain(refused, server),
        hint: "who applies a Role must hold its permissions, or the verb escalate",
      };
    case "unavailable":
      return { ...plain(refused, server), hint: aggregatedHint(refused, request.path) };
    case "admission":
      return { ...plain(refused, server), hint: ownerHint(status.message) };
    case "webhook-denied":
    case "policy-denied":
    case "bad-request":
    case "object-missing":
    case "already-exists":
    case "quota-conflict":
    case "gone":
    case "throttled":
    case "gateway":
    case "storage":
    case "webhook-failed":
    case "server-error":
    case "other":
      return plain(refused, server);
  }
}

/** Source: kube-aggregator pkg/apiserver/handler_proxy.go, `proxyError`. */
function aggregatedHint({ excerpt }: Refused, path: string): string | undefined {
  const [, group, version] = /^\/apis\/([^/]+)\/([^/?]+)/.exec(path) ?? [];
  if (excerpt.trim() !== "service unavailable" || group === undefined || version === undefined)
    return undefined;
  return `an aggregated API: \`kubectl get apiservice ${version}.${group}\` tells what is behind it, and why it is away`;
}

/** Source: kubernetes plugin/pkg/admission/gc/gc_admission.go, OwnerReferencesPermissionEnforcement. */
function ownerHint(message: string): string | undefined {
  if (message.includes("cannot set an ownerRef on a resource you can't delete"))
    return "this cluster lets change an object's owners only who may delete it: grant delete on it";
  if (message.includes("cannot set blockOwnerDeletion"))
    return "grant update on the finalizers of the owner's kind, or leave blockOwnerDeletion out";
  return undefined;
}

/** The server's own words; those of something else with its status, and its text as a cause when it is long. */
function plain({ status, excerpt, fromKubernetes }: Refused, server: string): Wording {
  if (fromKubernetes) {
    const causes = status.causes.filter((cause) => cause.field !== "").map(asCause);
    return {
      message: withoutPreamble(status.message) || `${server} answered ${status.code} ${status.reason}`,
      causes,
    };
  }
  const short = excerpt !== "" && excerpt.length <= 200 && !/[\n<]/.test(excerpt);
  return {
    message: `${server} answered ${status.code}${short ? `: ${excerpt}` : ", not with a Kubernetes Status"}`,
    causes: short || excerpt === "" ? [] : [{ message: excerpt }],
  };
}

/** Takes `pods "p" is forbidden: ` and the like away: our messages begin with the object already. */
function withoutPreamble(message: string): string {
  return message
    .replace(/^\S+ "[^"]*" is (forbidden|invalid): /, "")
    .replace(/^Internal error occurred: /, "");
}

/** `kubectl proxy` answers a bare `Forbidden` when its filter refuses. So do others, so that we must know it is one. */
function kubectlProxy(refused: Refused, server: string, { viaKubectlProxy }: Connection): Wording {
  const cure = "use 127.0.0.1 as its host, and see its --accept-hosts, --accept-paths and --reject-methods";
  return viaKubectlProxy
    ? {
        message: "`kubectl proxy` refused the request by its own filter; the API server was not asked",
        hint: cure,
      }
    : {
        ...plain(refused, server),
        hint: `this is not how Kubernetes answers; if \`kubectl proxy\` is there, its filter did: ${cure}`,
      };
}

function fieldConflict({ causes }: ServerStatus): Wording {
  const count = causes.length === 1 ? "a field" : `${causes.length} fields`;
  return {
    message: `another field manager owns ${count} that the manifest sets otherwise`,
    causes: causes.map(asCause),
  };
}

function invalid(refused: Refused, server: string): Wording {
  const seen = new Set<string>();
  const causes = refused.status.causes.map(asCause).filter(({ path, message }) => {
    const key = `${path ?? ""}: ${message}`;
    return !seen.has(key) && seen.add(key);
  });
  if (causes.length === 0) return plain(refused, server);
  // What is immutable is for a person to delete: that loses what the object stands for.
  const immutable = causes.some(({ message }) => /\bimmutable\b/.test(message));
  const hint = immutable
    ? "leave the immutable field as it is, give the object another name, or delete the live one yourself and apply again"
    : undefined;
  return { message: `the server finds it invalid, for ${count(causes.length, "reason")}`, causes, hint };
}

/**
 * Server-side apply of an object that does not fit its schema: a 500 whose message is all there is, as
 * `failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.x: field not declared in schema`
 * or, with several, `...: errors:` and a line for each.
 */
function malformed(message: string): Wording {
  const said = /^failed to create typed patch object .*?Kind=[^)]*\): (?:errors:\n)?(.*)$/s.exec(
    message,
  )?.[1];
  if (said === undefined) return { message };
  const causes = said.split("\n").map((line) => splitPath(line.trim()));
  return { message: `it does not fit the server's schema, for ${count(causes.length, "reason")}`, causes };
}

function splitPath(line: string): FailureCause {
  const [, path, message] = /^\.?((?:[^:[]|\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])+): (.*)$/s.exec(line) ?? [];
  return path === undefined || message === undefined ? { message: line } : { path, message };
}

function asCause({ field, message }: ServerStatus["causes"][number]): FailureCause {
  return field === "" ? { message } : { path: field.replace(/^\./, ""), message };
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*$/s, "");
}
