import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../src/words.js";

describe("suggestions", () => {
  test.each([
    ["containerport", ["containerPort", "hostPort"], "containerPort"],
    ["restart_policy", ["restartPolicy"], "restartPolicy"],
    ["lables", ["labels", "name"], "labels"],
    ["imagePullSecret", ["imagePullSecrets", "image"], "imagePullSecrets"],
    ["replcas", ["replicas", "containers"], "replicas"],
    ["conatiners", ["replicas", "containers"], "containers"],
    ["x", ["a", "b"], undefined],
    ["zzz", ["name"], undefined],
  ])("%s", (name, known, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });

  test("a distance is symmetric, and zero for the same only", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
