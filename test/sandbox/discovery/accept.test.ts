import { describe, expect, test } from "vitest";
import { negotiate, negotiateView, parseAccept } from "../../../src/sandbox/discovery/accept.js";

const table = "application/json;as=Table;v=v1;g=meta.k8s.io";
const partial = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

describe("an Accept header", () => {
  test("is read clause by clause, the best first", () => {
    const told = parseAccept("*/*, text/html;q=0.5, application/json; v=v1 ;q=0.9, application/*").map(
      ({ type, subtype, quality }) => `${type}/${subtype} ${String(quality)}`,
    );
    expect(told).toEqual(["application/* 1", "*/* 1", "application/json 0.9", "text/html 0.5"]);
  });

  test("that is no list of media types has none", () => {
    expect(parseAccept("")).toEqual([]);
    expect(parseAccept("nonsense, a/b/c, ;, =")).toEqual([]);
  });

  test.each([
    [undefined, "json"],
    ["", "json"],
    ["*/*", "json"],
    ["application/*", "json"],
    ["application/yaml", "yaml"],
    ["application/yaml;q=0.1,application/json", "json"],
    ["application/vnd.kubernetes.protobuf,application/json", "json"],
    ["application/vnd.kubernetes.protobuf", undefined],
    ["text/html", undefined],
    ["application/json;stream=watch", "json"],
    ["application/json;stream=other", undefined],
    ["application/json;as=Nothing;v=v1;g=example.com", undefined],
  ])("%s is answered in %s", (header, form) => {
    expect(negotiate(header)?.form).toBe(form);
  });

  test.each([
    [table, { is: "table", version: "v1" }],
    [table.replace("v=v1", "v=v1beta1"), { is: "table", version: "v1beta1" }],
    [`${table},application/json`, { is: "table", version: "v1" }],
    [`application/json,${table}`, { is: "object" }],
    [`application/json;q=0.5,${table}`, { is: "table", version: "v1" }],
    [`${table.replace("v=v1", "v=v2")},application/json`, { is: "object" }],
    [partial, { is: "metadata", of: "list", version: "v1" }],
    [partial.replace("List", ""), { is: "metadata", of: "object", version: "v1" }],
    ["*/*", { is: "object" }],
  ])("%s asks for %j", (header, view) => {
    expect(negotiateView(header)?.view).toEqual(view);
  });
});
