/** Objects as the client asked to see them: whole, as tables, or their metadata alone; as JSON or YAML. */
import type { JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { emitYaml } from "../../yaml/index.js";
import { acceptedTypes, asPartial, asTable, negotiateView, type View } from "../discovery/index.js";
import type { Answer } from "../model.js";
import { listObject, type Page } from "./read.js";
import { apiVersionFor, type Request } from "./request.js";
import { badRequest, notAcceptable } from "../status.js";

export interface Presenter {
  /** An object of the request's kind; anything else (a `Status`) stays what it is. */
  one: (object: JsonObject, status?: number) => Answer;
  page: (page: Page) => Answer;
  /** The object of a watch event. */
  event: (object: KubeObject) => JsonObject;
}

/**
 * How the answer of a request is written.
 * @throws StatusError 406 where the client takes nothing that is spoken here.
 */
export function presenter(request: Request): Presenter {
  const wanted = negotiateView(request.call.headers["accept"]);
  if (wanted === undefined) throw notAcceptable(acceptedTypes);
  const { show, showPage, event } = viewOf(wanted.view, request);
  const write = (json: JsonObject, status: number): Answer => {
    const headers = warningHeaders(request.warnings);
    return wanted.form === "json"
      ? { status, json, headers }
      : { status, text: emitYaml(json), contentType: "application/yaml", headers };
  };
  return {
    one: (object, status = 200) => write(isOfKind(request, object) ? show(object) : object, status),
    page: (page) => write(showPage(page), 200),
    event,
  };
}

interface Shown {
  show: (object: KubeObject) => JsonObject;
  showPage: (page: Page) => JsonObject;
  event: (object: KubeObject) => JsonObject;
}

function viewOf(view: View, request: Request): Shown {
  const whole = (object: KubeObject): KubeObject => ({ ...object, apiVersion: apiVersionFor(request) });
  switch (view.is) {
    case "object":
      return { show: whole, showPage: (page) => listObject(request, page), event: whole };
    case "table":
      return tableView(view, request, whole);
    case "metadata": {
      const partial = (object: KubeObject): JsonObject => asPartial(whole(object), view.version);
      return {
        show: partial,
        showPage: ({ objects, metadata }) => ({
          kind: "PartialObjectMetadataList",
          apiVersion: `meta.k8s.io/${view.version}`,
          metadata,
          items: objects.map(partial),
        }),
        event: partial,
      };
    }
  }
}

function tableView(
  { version }: Extract<View, { is: "table" }>,
  request: Request,
  whole: (object: KubeObject) => KubeObject,
): Shown {
  const { kind, world } = request;
  const options = { version, includeObject: includedObject(request), now: world.now() };
  const table = (objects: readonly KubeObject[], metadata: JsonObject): JsonObject =>
    asTable(kind, objects.map(whole), metadata, options);
  let isFirst = true;
  return {
    show: (object) => table([object], {}),
    showPage: ({ objects, metadata }) => table(objects, metadata),
    event: (object) => {
      const shown = table([object], {});
      // Only the first event says what the columns are.
      if (!isFirst) shown["columnDefinitions"] = null;
      isFirst = false;
      return shown;
    },
  };
}

function includedObject({ call }: Request): "None" | "Metadata" | "Object" {
  const include = call.url.searchParams.get("includeObject") ?? "";
  if (include === "") return "Metadata";
  if (include === "None" || include === "Metadata" || include === "Object") return include;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
}

function isOfKind({ kind }: Request, object: JsonObject): boolean {
  return object["kind"] === kind.type.kind && object["metadata"] !== undefined;
}

/** `Warning: 299 - "text"`, one for each (RFC 7234; KEP-1693). */
export function warningHeaders(warnings: readonly string[]): Record<string, string[]> {
  const values = [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`);
  return values.length === 0 ? {} : { Warning: values };
}
