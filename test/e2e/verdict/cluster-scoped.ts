/** Kinds that are in no namespace, in shapes that take part in nothing. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/json.js";
import { list, maybe, object, oneOf, texts } from "../differential/values.js";
import { subject, type Subject } from "./subject.js";

const clusterRole = object({
  rules: maybe(
    list(
      object({
        apiGroups: oneOf<Json>([""], []),
        resources: oneOf<Json>(["pods"]),
        verbs: oneOf<Json>(["get"], []),
      }),
      2,
    ),
    1,
  ),
  aggregationRule: maybe(oneOf<JsonObject>({ clusterRoleSelectors: [{ matchLabels: { none: "x" } }] }), 8),
});
const storageClass = object({
  provisioner: oneOf("none.example"),
  reclaimPolicy: maybe(oneOf("Delete", "Retain")),
  parameters: maybe(texts),
  mountOptions: maybe(oneOf<Json>(["a"], [])),
  allowVolumeExpansion: maybe(fc.boolean()),
});
const webhooks = object({
  webhooks: maybe(
    list(
      object({
        name: oneOf("a.none.example", "b.none.example"),
        admissionReviewVersions: oneOf<Json>(["v1"]),
        sideEffects: oneOf("None"),
        clientConfig: oneOf<JsonObject>(
          { url: "https://none.example/" },
          { service: { name: "s", namespace: "n" }, caBundle: "" },
        ),
        rules: maybe(
          list(
            object({
              apiGroups: oneOf<Json>(["none.example"]),
              apiVersions: oneOf<Json>(["v1"]),
              resources: oneOf<Json>(["nones"]),
              operations: oneOf<Json>(["CREATE"]),
              scope: maybe(oneOf("*", "Namespaced")),
            }),
            2,
          ),
          1,
        ),
        namespaceSelector: maybe(oneOf<JsonObject>({}, { matchLabels: {} }, { matchExpressions: [] })),
        failurePolicy: maybe(oneOf("Ignore", "Fail")),
        matchConditions: maybe(oneOf<Json>([], [{ name: "x", expression: "true" }])),
      }),
      2,
    ),
    1,
  ),
});
const volumeOnNode = object({
  spec: object({
    capacity: object({ storage: oneOf<Json>("1Gi", "1024Mi") }),
    accessModes: oneOf<Json>(["ReadWriteOnce"]),
    hostPath: object({ path: oneOf("/a"), type: maybe(oneOf("")) }),
    storageClassName: maybe(oneOf("none")),
    persistentVolumeReclaimPolicy: maybe(oneOf("Retain")),
  }),
});
const priorityClass = object({
  value: oneOf(5),
  globalDefault: maybe(oneOf<Json>(false)),
  description: maybe(oneOf("a", "")),
  preemptionPolicy: maybe(oneOf("PreemptLowerPriority")),
});

export const clusterScoped: readonly Subject[] = (
  [
    ["ClusterRole", "clusterroles", "rbac.authorization.k8s.io/v1", clusterRole],
    ["StorageClass", "storageclasses", "storage.k8s.io/v1", storageClass],
    [
      "ValidatingWebhookConfiguration",
      "validatingwebhookconfigurations",
      "admissionregistration.k8s.io/v1",
      webhooks,
    ],
    ["PersistentVolume", "persistentvolumes", "v1", volumeOnNode],
    ["PriorityClass", "priorityclasses", "scheduling.k8s.io/v1", priorityClass],
  ] as const
).map(([kind, plural, apiVersion, whole]) => ({
  ...subject(kind, plural, apiVersion, whole),
  clusterScoped: true,
}));
