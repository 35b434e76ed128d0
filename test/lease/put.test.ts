/** What a PUT of a Lease is, and what the answers of a real 1.36 server to it mean. */
import { describe, expect, test } from "vitest";
import { putLease } from "../../src/cluster/index.js";
import type { JsonObject } from "../../src/json.js";
import { errorOf, open, serve } from "../rest/server.js";
import type { Answer, Turn } from "../rest/server.js";

const fresh = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "kapply-web", namespace: "shop" },
  spec: { holderIdentity: "a" },
};
const read = { ...fresh, metadata: { ...fresh.metadata, uid: "u", resourceVersion: "7" } };
const path = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/kapply-web?fieldManager=kapply";

async function put(lease: JsonObject, ...turns: Turn[]) {
  const server = await serve(turns);
  const { transport } = await open(server);
  return { server, result: putLease(transport, lease, { fieldManager: "kapply" }) };
}

const refusal = (code: number, reason: string, message: string, details: JsonObject = {}): Answer => ({
  status: code,
  body: {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code,
    reason,
    message,
    details: { name: "kapply-web", group: "coordination.k8s.io", kind: "leases", ...details },
  },
});
const failed = "Operation cannot be fulfilled on leases.coordination.k8s.io";

test("it is one PUT of the Lease as it is", async () => {
  const { server, result } = await put(fresh, { status: 201, body: read });
  expect(await result).toEqual({ is: "written", lease: read });
  expect(server.seen).toMatchObject([{ method: "PUT", path, body: JSON.stringify(fresh) }]);
});

describe("it is stale, and is not sent again, when", () => {
  test.each([
    [
      "it was written since",
      read,
      refusal(409, "Conflict", `${failed} "kapply-web": the object has been modified`),
    ],
    [
      "it was deleted since",
      read,
      refusal(
        409,
        "Conflict",
        `${failed} "kapply-web": StorageError: Precondition failed: UID in precondition: u, UID in object meta: `,
      ),
    ],
    [
      "it is there already",
      fresh,
      refusal(
        422,
        "Invalid",
        'leases.coordination.k8s.io "kapply-web" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
        {
          causes: [
            {
              reason: "FieldValueInvalid",
              message: "Invalid value: 0: must be specified for an update",
              field: "metadata.resourceVersion",
            },
          ],
        },
      ),
    ],
  ])("%s", async (_, lease, answer) => {
    const { server, result } = await put(lease, answer);
    expect(await result).toEqual({ is: "stale" });
    expect(server.seen).toHaveLength(1);
  });
});

test("a broken connection is not followed by another attempt: the write may have been done", async () => {
  const { server, result } = await put(read, (request) => request.socket.destroy());
  const error = await errorOf(result);
  expect(error).toMatchObject({ code: "unreachable", details: { answerLost: true } });
  expect(server.seen).toHaveLength(1);
});

test("what is invalid otherwise, and a namespace that is missing, are errors", async () => {
  const causes = [
    { reason: "FieldValueInvalid", message: "must be greater than 0", field: "spec.leaseDurationSeconds" },
  ];
  const invalid = await put(fresh, refusal(422, "Invalid", "it is invalid", { causes }));
  expect(await errorOf(invalid.result)).toMatchObject({ code: "rejected" });
  const nowhere = await put(
    fresh,
    refusal(404, "NotFound", 'namespaces "shop" not found', { name: "shop", group: "", kind: "namespaces" }),
  );
  expect(await errorOf(nowhere.result)).toMatchObject({
    code: "rejected",
    details: { hint: expect.stringContaining("create the namespace first") as string },
  });
});
