/** Subresources but the status, and the kinds that are questions to the server. */
import { getPath, isObject, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { readObject } from "./body.js";
import { removeObject } from "./delete.js";
import type { Answer } from "../model.js";
import { aboutOf, liveOf, type Request } from "./request.js";
import { answerScale } from "./scale.js";
import { commitChange } from "./commit.js";
import { methodNotAllowed, notFound, serverError, success } from "../status.js";

/** Answers a `TokenReview`, a `SelfSubjectAccessReview` and their like. */
export async function answerQuestion(request: Request): Promise<Answer> {
  const { kind, call, user, ask, world } = request;
  const { value } = await readObject(call, kind.type.kind);
  const answer = world.access.review(kind.type.kind, value, user, ask.namespace);
  if (answer === undefined) throw methodNotAllowed(`the sandbox does not answer a ${kind.type.kind}`);
  return { status: 201, json: answer };
}

/** Answers a request for a subresource by its name. */
export async function answerSubresource(request: Request): Promise<Answer> {
  const live = liveOf(request);
  if (request.ask.subresource === "scale") return answerScale(request, live);
  if (live === undefined) throw notFound(aboutOf(request));
  switch (request.ask.subresource) {
    case "token":
      return { status: 201, json: await token(request, live) };
    case "eviction":
      return evict(request, live);
    case "binding":
      return bind(request, live);
    case "finalize":
      return finalize(request, live);
    default:
      throw serverError(
        `the sandbox runs nothing, and so has no ${request.ask.subresource} of ${request.kind.type.plural}`,
      );
  }
}

async function token(request: Request, live: KubeObject): Promise<JsonObject> {
  const { value } = await readObject(request.call, "TokenRequest");
  return request.world.access.requestToken(live, value);
}

/** A Pod is evicted as it is deleted; disruption budgets are the business of a controller. */
async function evict(request: Request, live: KubeObject): Promise<Answer> {
  const { value } = await readObject(request.call, "Eviction");
  const seconds = getPath(value, ["deleteOptions", "gracePeriodSeconds"]);
  const options = {
    dryRun: false,
    propagation: "Background",
    graceSeconds: typeof seconds === "number" ? seconds : undefined,
  } as const;
  removeObject(request.world, request.kind, live, options);
  return { status: 201, json: success({ group: "", resource: "", name: "" }, "") };
}

/** What a scheduler does: the Pod gets its node. */
async function bind(request: Request, live: KubeObject): Promise<Answer> {
  const { value } = await readObject(request.call, "Binding");
  const nodeName = getPath(value, ["target", "name"]) ?? "";
  const spec = isObject(live["spec"]) ? live["spec"] : {};
  request.world.store.put(request.kind.collection, { ...live, spec: { ...spec, nodeName } });
  return { status: 201, json: success({ group: "", resource: "", name: "" }, "") };
}

/** The finalizers of a Namespace stand in its spec, and only this request changes them. */
async function finalize(request: Request, live: KubeObject): Promise<Answer> {
  const { value } = await readObject(request.call, "Namespace");
  const finalizers = getPath(value, ["spec", "finalizers"]);
  const spec: JsonObject = Array.isArray(finalizers) && finalizers.length > 0 ? { finalizers } : {};
  return { status: 200, json: commitChange(request, live, { ...live, spec }, false) };
}
