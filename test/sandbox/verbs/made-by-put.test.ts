/** A PUT that makes what is not there, by a user whose rights end at a name. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { askSandbox, type Asking } from "../client.js";

let sandbox: Asking;
beforeAll(async () => {
  sandbox = await askSandbox();
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  const apiVersion = "rbac.authorization.k8s.io/v1";
  for (const [name, verbs] of [
    ["maker", ["update", "create"]],
    ["changer", ["update"]],
  ] as const) {
    const rules = [
      {
        apiGroups: ["coordination.k8s.io"],
        resources: ["leases"],
        resourceNames: ["mine"],
        verbs: [...verbs],
      },
    ];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }];
    await sandbox.post(`${rbac}/roles`, { apiVersion, kind: "Role", metadata: { name }, rules });
    await sandbox.post(`${rbac}/rolebindings`, {
      apiVersion,
      kind: "RoleBinding",
      metadata: { name },
      roleRef,
      subjects,
    });
  }
});
afterAll(() => sandbox.close());

const put = async (user: string, name: string): Promise<{ status: number; message?: string }> => {
  const path = `/apis/coordination.k8s.io/v1/namespaces/default/leases/${name}`;
  const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec: {} };
  const headers = { "content-type": "application/json", "impersonate-user": user };
  const reply = await fetch(sandbox.url + path, { method: "PUT", headers, body: JSON.stringify(lease) });
  const { message } = (await reply.json()) as { message?: string };
  return { status: reply.status, ...(message === undefined ? {} : { message }) };
};

test("it takes the verb create, which may be limited to that name", async () => {
  expect(await put("changer", "mine")).toEqual({
    status: 403,
    message:
      'leases.coordination.k8s.io "mine" is forbidden: User "changer" cannot create resource "leases" in API group ' +
      '"coordination.k8s.io" in the namespace "default"',
  });
  expect(await put("maker", "others")).toMatchObject({ status: 403 });
  expect(await put("maker", "mine")).toEqual({ status: 201 });
});
