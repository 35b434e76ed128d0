import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { isSelectedBy, selectorOf, selectorOfLabels, selectorText } from "../../src/wait/selector.js";

const labelled = (labels?: JsonObject): KubeObject => ({ metadata: labels === undefined ? {} : { labels } });
const expression = (key: string, operator: string, values?: string[]): JsonObject => ({
  matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
});

describe("a label selector", () => {
  const a = labelled({ app: "a", tier: "" });
  const other = labelled({ app: "b" });
  const none = labelled();

  test.each<[text: string, selector: JsonObject, selected: KubeObject[]]>([
    ["app=a", { matchLabels: { app: "a" } }, [a]],
    ["tier=", { matchLabels: { tier: "" } }, [a]],
    ["app in (a,b)", expression("app", "In", ["a", "b"]), [a, other]],
    ["app notin (a)", expression("app", "NotIn", ["a"]), [other, none]],
    ["app", expression("app", "Exists"), [a, other]],
    ["!tier", expression("tier", "DoesNotExist"), [other, none]],
    ["app=a,!tier", { matchLabels: { app: "a" }, ...expression("tier", "DoesNotExist") }, []],
    ["", {}, [a, other, none]],
  ])("%j selects here what it selects on a server", (text, selector, selected) => {
    expect(selectorText(selectorOf(selector))).toBe(text);
    expect([a, other, none].filter((object) => isSelectedBy(selectorOf(selector), object))).toEqual(selected);
  });
  test("of a ReplicationController is a map of labels", () => {
    expect(selectorText(selectorOfLabels({ app: "a", tier: "b" }))).toBe("app=a,tier=b");
  });
  test("takes labels of any name for data", () => {
    const odd = labelled(JSON.parse('{"__proto__":"x"}') as JsonObject);
    const selector = selectorOfLabels(JSON.parse('{"__proto__":"x"}') as JsonObject);
    expect(isSelectedBy(selector, odd)).toBe(true);
    expect(isSelectedBy(selector, none)).toBe(false);
    expect(isSelectedBy([{ is: "there", key: "constructor" }], none)).toBe(false);
  });
});
