/**
 * Fields that the OpenAPI documents call required and the API server does without: the zero value of the Go field
 * passes its validation. Found by leaving each required field out of an object and sending it to a 1.36 server
 * (dry run, strict field validation).
 */
export const needless: ReadonlySet<string> = new Set([
  "io.k8s.api.apps.v1.ControllerRevision.revision",
  "io.k8s.api.batch.v1.PodFailurePolicy.rules",
  "io.k8s.api.core.v1.ClusterTrustBundleProjection.path",
  "io.k8s.api.core.v1.HTTPHeader.value",
  "io.k8s.api.core.v1.ISCSIPersistentVolumeSource.lun",
  "io.k8s.api.core.v1.ISCSIVolumeSource.lun",
  "io.k8s.api.core.v1.LimitRangeSpec.limits",
  "io.k8s.api.core.v1.PreferredSchedulingTerm.preference",
  "io.k8s.api.core.v1.ScaleIOPersistentVolumeSource.secretRef",
  "io.k8s.api.core.v1.ScaleIOVolumeSource.secretRef",
  "io.k8s.api.core.v1.SleepAction.seconds",
  "io.k8s.api.core.v1.Sysctl.value",
  "io.k8s.api.core.v1.TypedLocalObjectReference.kind",
  "io.k8s.api.core.v1.TypedObjectReference.kind",
  "io.k8s.api.discovery.v1.ForZone.name",
  "io.k8s.api.resource.v1.Counter.value",
  "io.k8s.api.resource.v1.DeviceCapacity.value",
  "io.k8s.api.resource.v1.DeviceClass.spec",
  "io.k8s.api.resource.v1.ResourceClaim.spec",
  "io.k8s.api.resource.v1.ResourceClaimTemplate.spec",
  "io.k8s.api.resource.v1.ResourceClaimTemplateSpec.spec",
  "io.k8s.api.resource.v1.ResourcePool.generation",
  "io.k8s.api.storage.v1.CSIDriver.spec",
  "io.k8s.api.storage.v1.CSINode.spec",
  "io.k8s.api.storage.v1.CSINodeSpec.drivers",
  "io.k8s.api.storage.v1.TokenRequest.audience",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion.strategy",
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion.served",
]);
