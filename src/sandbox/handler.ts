/** The way of a request: who asks, what for, may they, and then the verb. */
import { create } from "./verbs/create.js";
import { deleteCollection, deleteOne } from "./verbs/delete.js";
import { deprecationWarnings } from "./verbs/custom-versions.js";
import type { Discovery } from "./discovery/index.js";
import { askOf } from "./address.js";
import type { Answer, Ask, HttpCall, User } from "./model.js";
import { patch } from "./verbs/patch.js";
import { presenter, warningHeaders } from "./verbs/present.js";
import type { Handle } from "./http/index.js";
import { loadPatterns } from "../schema/index.js";
import { getOne, list } from "./verbs/read.js";
import { aboutOf, type Request, type World } from "./verbs/request.js";
import { internalError, methodNotAllowed, noSuchResource, notFound, StatusError } from "./status.js";
import { answerQuestion, answerSubresource } from "./verbs/subresources.js";
import { update } from "./verbs/update.js";
import { watch } from "./verbs/watch.js";

/** Answers calls. Failures are answers too: this never rejects. */
export function createHandler(world: World, discovery: Discovery): Handle {
  return async (call, note) => {
    try {
      const ask = askOf(call);
      const user = world.access.authenticate(call, ask);
      note.user = user.username;
      if (!world.access.authorize(user, ask).allowed) throw world.access.refusal(user, ask);
      return discovery.answer(call) ?? (await resourceAnswer(world, call, user, ask));
    } catch (error) {
      return failureAnswer(error);
    }
  };
}

function failureAnswer(error: unknown, headers: Record<string, string[]> = {}): Answer {
  const failure = error instanceof StatusError ? error : internalError(describe(error));
  return { status: failure.code, json: failure.status, headers: { ...failure.headers, ...headers } };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function resourceAnswer(world: World, call: HttpCall, user: User, ask: Ask): Promise<Answer> {
  if (ask.is === "path") return notFoundPage();
  const kind = world.kinds.byResource(ask.group, ask.version, ask.resource);
  if (kind === undefined) {
    // Of the groups that are built in, an unknown version or resource is told as such.
    if (world.kinds.all().some(({ type, source }) => type.group === ask.group && source.from === "bundle"))
      throw noSuchResource();
    return notFoundPage();
  }
  if (kind.source.from === "crd") await loadPatterns();
  if (!methods.has(call.method)) throw notAllowed({ kind, ask });
  const request: Request = {
    world,
    call,
    user,
    ask,
    kind,
    warnings: deprecationWarnings(kind),
    emptied: [],
    hasNullBytes: false,
  };
  checkPath(request);
  try {
    if (!kind.stored) return await answerQuestion(request);
    if (!["", "status"].includes(ask.subresource)) return await answerSubresource(request);
    return await answerVerb(request);
  } catch (error) {
    return failureAnswer(error, warningHeaders(request.warnings));
  }
}

const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

function notFoundPage(): Answer {
  return { status: 404, text: "404 page not found\n", contentType: "text/plain; charset=utf-8" };
}

/** @throws StatusError 404 and 405 for what the kind is not served at. */
function checkPath({ kind, ask, call }: Request): void {
  const isNamespaceItself = kind.collection === "namespaces";
  if (!kind.type.namespaced && ask.namespace !== "" && !isNamespaceItself) throw noSuchResource();
  const sub = kind.subresources.get(ask.subresource);
  if (ask.subresource !== "" && sub === undefined)
    throw kind.source.from === "crd" ? notFound(aboutOf({ kind, ask })) : noSuchResource();
  const takesAll = ["list", "watch", "deletecollection"].includes(ask.verb);
  if (
    kind.type.namespaced &&
    ask.namespace === "" &&
    !(takesAll && ask.verb !== "deletecollection") &&
    kind.stored
  )
    throw ask.verb === "create" || ask.verb === "deletecollection"
      ? notAllowed({ kind, ask })
      : noSuchResource();
  const isNamed =
    call.url.pathname
      .split("/")
      .filter((part) => part !== "")
      .at(-1) !== kind.type.plural;
  const allowed = sub?.verbs ?? kind.verbs;
  const isPost = ask.verb === "create" && ask.subresource === "" && isNamed;
  if (!allowed.includes(ask.verb) || isPost || (!isNamed && (ask.verb === "update" || ask.verb === "patch")))
    throw notAllowed({ kind, ask });
}

function notAllowed({ kind, ask }: Pick<Request, "kind" | "ask">): StatusError {
  const { group, plural } = kind.type;
  if (kind.source.from === "bundle")
    return methodNotAllowed("the server does not allow this method on the requested resource", {});
  const message = `${ask.verb} is not supported on resources of kind "${plural}.${group}"`;
  return methodNotAllowed(message, { group, kind: plural });
}

async function answerVerb(request: Request): Promise<Answer> {
  const present = presenter(request);
  switch (request.ask.verb) {
    case "get":
      return present.one(getOne(request));
    case "list":
      return present.page(list(request));
    case "watch":
      return watch(request);
    case "create":
      return present.one(await create(request), 201);
    case "update": {
      const { object, created } = await update(request);
      return present.one(object, created ? 201 : 200);
    }
    case "patch": {
      const { object, created } = await patch(request);
      return present.one(object, created ? 201 : 200);
    }
    case "delete":
      return present.one((await deleteOne(request)).object);
    case "deletecollection": {
      const objects = await deleteCollection(request);
      const resourceVersion = String(request.world.store.version());
      return present.page({ objects, metadata: { resourceVersion } });
    }
  }
}
