/**
 * What the server says of required fields that are missing, and of enums, where it is not what one would expect of the
 * schema. Found by leaving each required field out of an object, and giving each enum a value that it does not have,
 * on a 1.36 server.
 */
import type { Cause } from "./codec.js";
import { shortName } from "./go-types.js";
import { needless } from "./needless.js";

const name = 'Invalid value: "": name part must be non-empty';
const nameForm =
  "Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const label =
  "Invalid value: \"\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and " +
  "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const address = 'Invalid value: "": must be a valid IP address';

/** Fields, parted by spaces, and what is said where one is missing or zero. */
const missing: [fields: string, ...messages: string[]][] = [
  ["core.v1.Container.image core.v1.EphemeralContainer.image", "Required value"],
  [
    "core.v1.NodeSelectorRequirement.operator meta.v1.LabelSelectorRequirement.operator",
    'Invalid value: "": not a valid selector operator',
  ],
  [
    "core.v1.PreferredSchedulingTerm.weight core.v1.WeightedPodAffinityTerm.weight",
    "Invalid value: 0: must be in the range 1-100",
  ],
  ["core.v1.NodeSelector.nodeSelectorTerms", "Required value: must have at least one node selector term"],
  [
    "meta.v1.LabelSelectorRequirement.key core.v1.PodReadinessGate.conditionType core.v1.LimitRangeItem.type " +
      "core.v1.NodeSelectorRequirement.key core.v1.TopologySelectorLabelRequirement.key core.v1.PodSchedulingGate.name " +
      "batch.v1.PodFailurePolicyOnPodConditionsPattern.type",
    name,
    nameForm,
  ],
  ["core.v1.PodAffinityTerm.topologyKey", "Required value: can not be empty", name, nameForm],
  [
    "core.v1.HTTPGetAction.port core.v1.TCPSocketAction.port core.v1.GRPCAction.port core.v1.ServicePort.port " +
      "core.v1.EndpointPort.port",
    "Invalid value: 0: must be between 1 and 65535, inclusive",
  ],
  ["core.v1.ContainerPort.containerPort", "Required value"],
  ["core.v1.HostAlias.ip", `${address}, (e.g. 10.9.8.7 or 2001:db8::ffff)`],
  ["core.v1.EndpointAddress.ip", `${address}, (e.g. 10.9.8.7 or 2001:db8::ffff)`, address],
  ["core.v1.SeccompProfile.type", "Required value: type is required when seccompProfile is set"],
  [
    "core.v1.TopologySpreadConstraint.maxSkew autoscaling.v2.HPAScalingPolicy.periodSeconds " +
      "autoscaling.v2.HPAScalingPolicy.value resource.v1.ResourcePool.resourceSliceCount",
    "Invalid value: 0: must be greater than zero",
  ],
  ["core.v1.TopologySpreadConstraint.topologyKey", "Required value: can not be empty"],
  [
    "core.v1.TopologySpreadConstraint.whenUnsatisfiable",
    'Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"',
  ],
  ["core.v1.NFSVolumeSource.path", "Required value", 'Invalid value: "": must be an absolute path'],
  [
    "batch.v1.PodFailurePolicyRule.action",
    'Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
  ],
  [
    "batch.v1.PodFailurePolicyOnExitCodesRequirement.operator",
    'Required value: valid values: ["In" "NotIn"]',
  ],
  [
    "batch.v1.PodFailurePolicyOnExitCodesRequirement.values",
    "Invalid value: null: at least one value is required",
  ],
  [
    "rbac.v1.PolicyRule.verbs flowcontrol.v1.ResourcePolicyRule.verbs",
    "Required value: verbs must contain at least one value",
  ],
  ["rbac.v1.RoleRef.kind", 'Unsupported value: "": supported values: "Role", "ClusterRole"'],
  ["rbac.v1.Subject.kind", 'Unsupported value: "": supported values: "ServiceAccount", "User", "Group"'],
  ["networking.v1.HTTPIngressPath.backend", 'Invalid value: "": resource or service backend is required'],
  ["networking.v1.HTTPIngressPath.pathType", "Required value: pathType must be specified"],
  ["autoscaling.v2.HPAScalingPolicy.type", 'Unsupported value: "": supported values: "Percent", "Pods"'],
  [
    "autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas autoscaling.v1.HorizontalPodAutoscalerSpec.maxReplicas",
    "Required value: must be set and greater than 0",
    "Invalid value: 0: must be greater than or equal to `minReplicas`",
  ],
  ["autoscaling.v2.ResourceMetricSource.name", "Required value: must specify a resource name"],
  [
    "autoscaling.v2.MetricTarget.type",
    "Required value: must specify a metric target type",
    'Invalid value: "": must be either Utilization, Value, or AverageValue',
  ],
  ["autoscaling.v2.MetricSpec.type", "Required value: must specify a metric source type"],
  ["autoscaling.v2.MetricIdentifier.name", "Required value: must specify a metric name"],
  ["storage.v1.CSIStorageCapacity.storageClassName storage.v1.VolumeAttachmentSpec.nodeName", subdomain],
  [
    "storage.v1.VolumeAttachmentSpec.source",
    "Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName",
  ],
  ["discovery.v1.Endpoint.addresses", "Required value: must contain at least 1 address"],
  [
    "flowcontrol.v1.PriorityLevelConfigurationReference.name",
    "Required value: must reference a priority level",
  ],
  [
    "flowcontrol.v1.ResourcePolicyRule.apiGroups",
    "Required value: resource rules must supply at least one api group",
  ],
  [
    "flowcontrol.v1.ResourcePolicyRule.resources",
    "Required value: resource rules must supply at least one resource",
  ],
  [
    "flowcontrol.v1.PolicyRulesWithSubjects.subjects",
    "Required value: subjects must contain at least one value",
  ],
  [
    "flowcontrol.v1.Subject.kind",
    'Unsupported value: "": supported values: "Group", "ServiceAccount", "User"',
  ],
  [
    "flowcontrol.v1.ServiceAccountSubject.namespace",
    "Required value: must specify namespace for service account",
  ],
  [
    "certificates.v1.CertificateSigningRequestSpec.request",
    "Invalid value: null: PEM block type must be CERTIFICATE REQUEST",
  ],
  [
    "admissionregistration.v1.ValidatingWebhook.admissionReviewVersions " +
      "admissionregistration.v1.MutatingWebhook.admissionReviewVersions",
    "Required value: must specify one of v1, v1beta1",
  ],
  [
    "admissionregistration.v1.ValidatingWebhook.clientConfig admissionregistration.v1.MutatingWebhook.clientConfig",
    "Required value: exactly one of url or service is required",
  ],
  [
    "admissionregistration.v1.ValidatingWebhook.sideEffects admissionregistration.v1.MutatingWebhook.sideEffects",
    "Required value: must specify one of None, NoneOnDryRun",
  ],
  [
    "admissionregistration.v1.AuditAnnotation.valueExpression",
    "Required value: valueExpression is not specified",
  ],
  [
    "admissionregistration.v1.Validation.expression admissionregistration.v1.Variable.expression",
    "Required value: expression is not specified",
  ],
  ["admissionregistration.v1.Variable.name", "Required value: name is not specified"],
  [
    "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions",
    "Required value: at least one validation action is required",
  ],
  [
    "apiregistration.v1.APIServiceSpec.groupPriorityMinimum",
    "Invalid value: 0: must be positive and less than 20000",
  ],
  [
    "apiregistration.v1.APIServiceSpec.versionPriority",
    "Invalid value: 0: must be positive and less than 1000",
  ],
  ["resource.v1.DeviceRequest.name resource.v1.Device.name", label],
  [
    "apiextensions.v1.CustomResourceDefinitionSpec.versions",
    "Invalid value: null: must have exactly one version marked as storage version",
  ],
  [
    "apiextensions.v1.CustomResourceColumnDefinition.type",
    "Required value: must be one of boolean,date,integer,number,string",
  ],
  ["apiextensions.v1.ValidationRule.rule", "Required value: rule is not specified"],
  // Said of the labels of the template, which match no selector.
  ["apps.v1.DaemonSetSpec.selector"],
];

/** Enums that list their values in another order, or not all of them. */
const supported = new Map([
  ["core.v1.Container.terminationMessagePolicy", "File FallbackToLogsOnError"],
  ["core.v1.PodSpec.dnsPolicy", "ClusterFirstWithHostNet ClusterFirst Default None"],
  ["core.v1.PodSpec.restartPolicy", "Always OnFailure Never"],
  ["core.v1.Toleration.effect", "NoSchedule PreferNoSchedule NoExecute"],
  ["core.v1.Toleration.operator", "Equal Exists"],
  ["core.v1.Taint.effect", "NoSchedule PreferNoSchedule NoExecute"],
  ["apps.v1.DaemonSetUpdateStrategy.type", "RollingUpdate OnDelete"],
  ["batch.v1.JobSpec.completionMode", "NonIndexed Indexed"],
  ["networking.v1.NetworkPolicyPort.protocol", "TCP UDP SCTP"],
  ["scheduling.v1.PriorityClass.preemptionPolicy", "PreemptLowerPriority Never"],
  ["storage.v1.StorageClass.reclaimPolicy", "Delete Retain"],
  ["admissionregistration.v1.ValidatingWebhook.sideEffects", "None NoneOnDryRun"],
  ["admissionregistration.v1.MutatingWebhook.sideEffects", "None NoneOnDryRun"],
]);

/** Enums whose values are not listed at all. */
const invalid = new Map([
  ["core.v1.NodeSelectorRequirement.operator", "not a valid selector operator"],
  ["meta.v1.LabelSelectorRequirement.operator", "not a valid selector operator"],
  ["core.v1.ScopedResourceSelectorRequirement.operator", "not a valid selector operator"],
  ["core.v1.ScopedResourceSelectorRequirement.scopeName", "unsupported scope"],
  ["apps.v1.StatefulSetSpec.podManagementPolicy", "must be 'OrderedReady' or 'Parallel'"],
  ["apps.v1.StatefulSetUpdateStrategy.type", "must be 'RollingUpdate' or 'OnDelete'"],
]);

let byField: Map<string, string[]> | undefined;

/** What is said where a field is missing; undefined where nothing special is. */
export function missingWords(definition: string, field: string): readonly string[] | undefined {
  byField ??= new Map(
    missing.flatMap(([fields, ...messages]) => fields.split(" ").map((key) => [key, messages] as const)),
  );
  if (needless.has(`${definition}.${field}`)) return [];
  return byField.get(`${shortName(definition)}.${field}`);
}

/** What is said of a value that an enum does not have. */
export type EnumWords = { is: "supported"; values: readonly string[] } | { is: "invalid"; detail: string };

export function enumWords(definition: string, field: string, values: readonly string[]): EnumWords {
  const key = `${shortName(definition)}.${field}`;
  const detail = invalid.get(key);
  if (detail !== undefined) return { is: "invalid", detail };
  return { is: "supported", values: supported.get(key)?.split(" ") ?? values };
}

const reasons: [beginning: string, reason: string][] = [
  ["Required", "FieldValueRequired"],
  ["Unsupported", "FieldValueNotSupported"],
  ["Invalid", "FieldValueInvalid"],
];

/** A message as a cause: its first word says the reason. */
export function causeOf(message: string, field: string): Cause {
  const reason = reasons.find(([beginning]) => message.startsWith(beginning))?.[1] ?? "FieldValueInvalid";
  return { reason, message, field };
}
