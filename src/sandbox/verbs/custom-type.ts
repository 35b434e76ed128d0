/**
 * Bodies that say another kind or version than the path of a custom resource: the server reads them as they are, and
 * finds out late.
 *
 * Source: k8s.io/apiextensions-apiserver pkg/registry/customresource/validator.go (`ValidateTypeMeta`), apiserver
 * pkg/endpoints/handlers (create.go, update.go).
 */
import { parseApiVersion } from "../../group-version.js";
import { stringifyJson, type Json, type JsonObject } from "../../json.js";
import { DecodeError, type Cause } from "../../schema/index.js";
import { unreadable } from "../patches/index.js";
import { apiVersionFor, metaText, type Request } from "./request.js";
import { badRequest, invalid } from "../status.js";

/** @throws StatusError 400 for a body, 422 for what a patch made, where it is not of the path's kind and version. */
export function checkCustomType(request: Request, value: JsonObject): void {
  const expected = apiVersionFor(request);
  const { kind } = request.kind.type;
  const [apiVersion, given] = [textOf(value["apiVersion"]), textOf(value["kind"])];
  if (apiVersion === expected && given === kind) return;
  const isPatch = request.ask.verb === "patch";
  if (given === "") {
    const text = stringifyJson(value);
    const why = `Object 'Kind' is missing in '${text}'`;
    if (isPatch) throw unreadable(text, why);
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why}`);
  }
  if (!isPatch && apiVersion !== expected) {
    warnOfMetadata(request, value);
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  const { group } = parseApiVersion(apiVersion);
  const about = { group, resource: given, name: request.ask.name || metaText(value, "name") };
  throw invalid(about, [...mustBe("kind", given, kind), ...mustBe("apiVersion", apiVersion, expected)]);
}

function mustBe(field: string, given: string, expected: string): Cause[] {
  if (given === expected) return [];
  const message = `Invalid value: ${JSON.stringify(given)}: must be ${expected}`;
  return [{ reason: "FieldValueInvalid", message, field }];
}

/** Of what is of another kind, the metadata is still read. */
function warnOfMetadata({ kind, call, warnings }: Request, { metadata }: JsonObject): void {
  const validation = call.url.searchParams.get("fieldValidation") ?? "";
  if (metadata === undefined || (validation !== "" && validation !== "Warn")) return;
  try {
    warnings.push(...kind.codec().read({ metadata }).strict);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
