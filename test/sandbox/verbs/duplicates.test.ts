/** Fields that a JSON text has twice. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { duplicateFields } from "../../../src/sandbox/verbs/duplicates.js";

test.each([
  ['{"data":{"a":"b","a":"c"}}', ['duplicate field "data.a"']],
  [
    '{"spec":{"containers":[{"name":"a"},{"name":"b","image":"x","image":"y"}]}}',
    ['duplicate field "spec.containers[1].image"'],
  ],
  ['{"a":1,"a":2,"a":3}', ['duplicate field "a"']],
  ['{"a":{"b":1},"c":{"b":2}}', []],
  ['{"a":"\\"b\\": 1, \\"b\\": 2"}', []],
  ["[]", []],
])("%s", (text, lines) => {
  expect(duplicateFields(text)).toEqual(lines);
});

test("what JSON.stringify writes has no field twice", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(duplicateFields(JSON.stringify(JSON.parse(text)))).toEqual([]);
    }),
  );
});
