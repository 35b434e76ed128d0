import fc from "fast-check";
import { expect, test } from "vitest";
import {
  allows,
  missingFrom,
  readRule,
  type Question,
  type Rule,
} from "../../../src/sandbox/access/rules.js";

const some = (...words: string[]): fc.Arbitrary<string[]> => fc.subarray(words, { minLength: 1 });
const verbs = some("get", "list", "*");

const resourceRule: fc.Arbitrary<Rule> = fc
  .record({
    verbs,
    apiGroups: some("", "apps", "*"),
    resources: some("pods", "pods/log", "deployments/scale", "*/scale", "*"),
    resourceNames: fc.subarray(["a", "b"]),
  })
  .map(readRule);
const pathRule: fc.Arbitrary<Rule> = fc
  .record({ verbs, nonResourceURLs: some("/a", "/a/*", "/a/b", "/*", "*") })
  .map(readRule);
const rules = fc.array(fc.oneof(resourceRule, pathRule), { maxLength: 3 });

const question: fc.Arbitrary<Question> = fc.oneof(
  fc.record({
    is: fc.constant("resource" as const),
    verb: fc.constantFrom("get", "list", "delete"),
    group: fc.constantFrom("", "apps", "batch"),
    resource: fc.constantFrom("pods", "deployments", "jobs"),
    subresource: fc.constantFrom("", "log", "scale"),
    namespace: fc.constant(""),
    name: fc.constantFrom("", "a", "b", "c"),
  }),
  fc.record({
    is: fc.constant("path" as const),
    verb: fc.constantFrom("get", "list", "delete"),
    path: fc.constantFrom("/a", "/a/b", "/a/b/c", "/b"),
  }),
);

test("whoever lacks nothing of some rules may do all that they allow", () => {
  fc.assert(
    fc.property(rules, rules, question, (held, wanted, asked) => {
      fc.pre(missingFrom(held, wanted).length === 0 && wanted.some((rule) => allows(rule, asked)));
      expect(held.some((rule) => allows(rule, asked))).toBe(true);
    }),
    { numRuns: 300, maxSkipsPerRun: 1000 },
  );
});

test("what is missing, with what is held, is all that was wanted", () => {
  fc.assert(
    fc.property(rules, rules, (held, wanted) => {
      const missing = missingFrom(held, wanted);
      expect(missingFrom([...held, ...missing], wanted)).toEqual([]);
      for (const atom of missing) expect(missingFrom(held, [atom])).toEqual([atom]);
    }),
  );
});
