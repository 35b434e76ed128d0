/**
 * Failures as the API server puts them: `Status` objects with its reasons, codes and words.
 *
 * Source: apimachinery pkg/api/errors/errors.go, apis/meta/v1 (`Status`, `StatusReason`, `CauseType`).
 */
import type { Json, JsonObject } from "../json.js";
import type { Cause } from "../schema/index.js";

/** Ends a request with a `Status`. The only error that the sandbox throws on purpose. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  constructor(
    readonly code: number,
    message: string,
    readonly status: JsonObject,
    /** Headers beside it, as `Retry-After`. */
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** What a failure is about. Core resources have the group "". */
export interface About {
  group: string;
  /** The plural; for `invalid` the kind. */
  resource: string;
  name: string;
}

interface Details {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
  retryAfterSeconds?: number;
}

function failure(code: number, reason: string, message: string, details?: Details): StatusError {
  const status: JsonObject = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(details === undefined ? {} : { details: withoutEmpty(details) }),
    code,
  };
  const seconds = details?.retryAfterSeconds;
  return new StatusError(
    code,
    message,
    status,
    seconds === undefined ? {} : { "Retry-After": String(seconds) },
  );
}

function withoutEmpty(details: object): JsonObject {
  const entries = Object.entries(details as Record<string, Json | undefined>);
  const given = entries.filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== "");
  return Object.fromEntries(given);
}

function qualified({ group, resource }: About): string {
  return group === "" ? resource : `${resource}.${group}`;
}

const detailsOf = ({ group, resource, name }: About): Details => ({ name, group, kind: resource });

export const notFound = (about: About): StatusError =>
  failure(404, "NotFound", `${qualified(about)} "${about.name}" not found`, detailsOf(about));

/** A path that nothing is served at: plain text for the real server, but for resources of unknown types. */
export const noSuchResource = (): StatusError =>
  failure(404, "NotFound", "the server could not find the requested resource", {});

export const alreadyExists = (about: About): StatusError =>
  failure(409, "AlreadyExists", `${qualified(about)} "${about.name}" already exists`, detailsOf(about));

export const conflict = (about: About, why: string): StatusError =>
  failure(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(about)} "${about.name}": ${why}`,
    detailsOf(about),
  );

/** Other field managers own what an apply would change. */
export const applyConflict = (causes: Cause[], message: string): StatusError =>
  failure(409, "Conflict", message, { causes });

export const forbidden = (about: About, why: string): StatusError => {
  const what =
    about.resource === ""
      ? `forbidden: ${why}`
      : about.name === ""
        ? `${qualified(about)} is forbidden: ${why}`
        : `${qualified(about)} "${about.name}" is forbidden: ${why}`;
  return failure(403, "Forbidden", what, detailsOf(about));
};

export const unauthorized = (): StatusError => failure(401, "Unauthorized", "Unauthorized");

export const badRequest = (message: string): StatusError => failure(400, "BadRequest", message);

/** `about.resource` is the kind. Messages of causes are `field: message` joined. */
export const invalid = (about: About, causes: Cause[]): StatusError => {
  // Of what is found several times, the message speaks once.
  const said = [
    ...new Set(causes.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))),
  ];
  const list = said.length === 1 ? (said[0] ?? "") : `[${said.join(", ")}]`;
  const message = `${qualified(about)} "${about.name}" is invalid: ${list}`;
  return failure(422, "Invalid", message, { ...detailsOf(about), causes });
};

export const methodNotAllowed = (message: string, details: Details = {}): StatusError =>
  failure(405, "MethodNotAllowed", message, details);

export const notAcceptable = (message: string): StatusError => failure(406, "NotAcceptable", message);

export const unsupportedMediaType = (message: string): StatusError =>
  failure(415, "UnsupportedMediaType", message);

export const tooLarge = (message: string): StatusError => failure(413, "RequestEntityTooLarge", message);

/** A continue token or a resourceVersion that is too old. */
export const expired = (message: string): StatusError => failure(410, "Expired", message);

/** A resourceVersion that is yet to come. */
export const tooNew = (asked: number, current: number): StatusError =>
  failure(504, "Timeout", `Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }],
    retryAfterSeconds: 1,
  });

export const internalError = (message: string): StatusError =>
  failure(500, "InternalError", `Internal error occurred: ${message}`, { causes: [cause("", message)] });

/** A 500 with plain words: what server-side apply answers to what it can't read as the type. */
export const serverError = (message: string): StatusError => failure(500, "", message);

function cause(field: string, message: string): Cause {
  return { reason: "", field, message };
}

/** A `Status` of success, as deletions answer. */
export function success(about: About, uid: string): JsonObject {
  const details = withoutEmpty({ ...detailsOf(about), uid });
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}

/** A patch that does not apply (apiserver, handlers/patch.go): whatever is wrong with it, these words. */
export const rejected = (): StatusError =>
  failure(422, "Invalid", "the server rejected our request due to an error in our request", {});
